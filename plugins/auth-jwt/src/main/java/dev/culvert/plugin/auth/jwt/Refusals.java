package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;

/** Why tokens are not taken: the client hears one sentence, the log of the server has the reason behind it. */
final class Refusals {

    private static final int MOST_SHOWN = 100;

    private Refusals() {}

    /**
     * A refusal.
     *
     * @param reason what the operator of the server reads
     * @param detail what happened, without any part of the token that is not public
     */
    static CulvertException refused(AuthError reason, String detail) {
        return new CulvertException(
                AuthError.CREDENTIAL_REJECTED,
                "the client's token is not one that this server accepts.",
                new CulvertException(reason, detail));
    }

    /** What a stranger wrote, as it may stand in a log: short and harmless. */
    static String shown(String text) {
        String cut = text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
        return "\"" + cut.replaceAll("[^A-Za-z0-9._~:/+=@|-]", "?") + "\"";
    }
}
