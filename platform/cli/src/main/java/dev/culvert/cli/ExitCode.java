package dev.culvert.cli;

import dev.culvert.client.ClientEnd;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;

/** What a process says when it ends. Scripts and service managers rely on these: append, never renumber. */
enum ExitCode {
    STOPPED(0),
    UNEXPECTED(1),
    USAGE(2),
    CONFIGURATION(3),
    UNREACHABLE(4),
    NOT_AUTHENTICATED(5),
    REFUSED(6),
    PLUGIN(7);

    private final int value;

    ExitCode(int value) {
        this.value = value;
    }

    int value() {
        return value;
    }

    static ExitCode of(CulvertException failure) {
        return of(failure.code().prefix(), failure.code().number());
    }

    /** Of a code as another process wrote it. */
    static ExitCode of(String code) {
        int dash = code.lastIndexOf('-');
        try {
            return dash < 0 ? UNEXPECTED : of(code.substring(0, dash), Integer.parseInt(code.substring(dash + 1)));
        } catch (NumberFormatException e) {
            return UNEXPECTED;
        }
    }

    private static ExitCode of(String prefix, int number) {
        if (!prefix.equals(ConfigError.USAGE.prefix())) {
            return PLUGIN;
        }
        if (number == ConfigError.USAGE.number()) {
            return USAGE;
        }
        if (number >= 1100 && number < 1200) {
            return PLUGIN;
        }
        return switch (number / 1000) {
            case 1 -> CONFIGURATION;
            case 2 -> NOT_AUTHENTICATED;
            case 3 -> REFUSED;
            case 4 -> UNREACHABLE;
            default -> UNEXPECTED;
        };
    }

    static ExitCode of(ClientEnd end) {
        return switch (end.kind()) {
            case STOPPED -> STOPPED;
            case UNREACHABLE -> UNREACHABLE;
            case NOT_AUTHENTICATED -> NOT_AUTHENTICATED;
            case TUNNEL_REFUSED -> REFUSED;
        };
    }
}
