package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.protocol.OnConflict;
import java.util.Locale;

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
        int length = MessageMapper.lengthOf(request.parameters());
        if (length > Limits.PARAMETERS) {
            throw invalid("parameters: " + length + " bytes (expected: at most " + Limits.PARAMETERS + ").");
        }
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
