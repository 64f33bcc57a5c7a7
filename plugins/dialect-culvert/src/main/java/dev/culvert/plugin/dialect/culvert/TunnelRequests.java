package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.protocol.OnConflict;
import java.util.Locale;
import java.util.Map;

/** What a client asks for, checked against the limits at both ends. */
final class TunnelRequests {

    private TunnelRequests() {}

    static TunnelRequest read(Message.TunnelOpen open) {
        var request = new TunnelRequest(
                open.name(),
                open.tunnelType(),
                onConflict(open.onConflict()),
                Text.printable(open.local(), Limits.LOCAL),
                open.parameters());
        check(request);
        return request;
    }

    static Message.TunnelOpen write(int id, TunnelRequest request) {
        check(request);
        return new Message.TunnelOpen(
                id,
                request.name(),
                request.type(),
                request.onConflict().name().toLowerCase(Locale.ROOT),
                Text.printable(request.local(), Limits.LOCAL),
                request.parameters());
    }

    private static void check(TunnelRequest request) {
        checkText("name", request.name(), Limits.NAME);
        checkText("type", request.type(), Limits.TYPE);
        if (!fit(request.parameters())) {
            throw invalid("parameters: " + MessageMapper.lengthOf(request.parameters()) + " bytes (expected: at most "
                    + Limits.PARAMETERS + ").");
        }
    }

    /** Whether there are not too many of them. */
    static boolean fit(Map<String, Object> parameters) {
        return MessageMapper.lengthOf(parameters) <= Limits.PARAMETERS;
    }

    private static void checkText(String key, String value, int most) {
        if (value.isEmpty() || value.length() > most || !Text.isPrintable(value)) {
            throw invalid(key + ": \"" + Text.printable(value, most) + "\" (expected: 1 to " + most
                    + " printable characters).");
        }
    }

    private static OnConflict onConflict(String value) {
        return switch (value) {
            case "reject" -> OnConflict.REJECT;
            case "replace" -> OnConflict.REPLACE;
            case "balance" -> OnConflict.BALANCE;
            default ->
                throw invalid(
                        "on_conflict: \"" + Text.printable(value, 32) + "\" (expected: reject, replace or balance).");
        };
    }

    private static CulvertException invalid(String detail) {
        return new CulvertException(TunnelError.INVALID_PARAMETERS, detail);
    }
}
