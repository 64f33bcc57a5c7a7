package dev.culvert.plugin.dialect.culvert;

import java.util.List;

/** Extensions of the protocol that both ends have to know: {@code docs/protocol.md}, "Versions and capabilities". */
final class Capability {

    /** A session outlives its credential by a newer one. */
    static final String RENEW = "renew";

    /** The server says what time it has. */
    static final String CLOCK = "clock";

    /** The client may replace the limits of a tunnel that is open. */
    static final String REVISE = "revise";

    /** What this build can do, at either end. */
    static final List<String> OURS = List.of(RENEW, CLOCK, REVISE);

    private Capability() {}

    /** Those of another end that are in force with this one. */
    static List<String> common(List<String> theirs) {
        return OURS.stream().filter(theirs::contains).toList();
    }
}
