package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ErrorType;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Failures on the wire: a code, what happened, what to do. */
final class Codes {

    private static final Pattern CODE = Pattern.compile("([A-Z][A-Z0-9]{0,15})-([0-9]{1,5})");

    private static final Map<String, ErrorCode> KNOWN = Stream.<ErrorCode[]>of(
                    ConfigError.values(),
                    AuthError.values(),
                    TunnelError.values(),
                    WireError.values(),
                    ServiceError.values())
            .flatMap(Stream::of)
            .collect(Collectors.toUnmodifiableMap(ErrorCode::code, Function.identity()));

    private Codes() {}

    /** A failure that the other end told of; a code that this build does not know keeps its number and its remedy. */
    static CulvertException failure(@Nullable String code, @Nullable String message, @Nullable String remedy) {
        String detail = Text.printable(message == null ? "no reason was given." : message, Limits.TEXT);
        return new CulvertException(code(code, remedy), detail);
    }

    /** What happened, as it may be sent: an error's text can contain what a stranger wrote. */
    static String detail(CulvertException failure) {
        return Text.printable(failure.detail(), Limits.TEXT);
    }

    /** The code of a failed dial, which has no letters. */
    static ErrorCode ofNumber(int number) {
        return code("CLV-" + number, null);
    }

    /** What a stage failed with, as a failure that can be told to the other end. */
    static CulvertException of(Throwable failure, ErrorCode otherwise, String what) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        // The cause stays here: what the other end learns of a fault is that there is one.
        return cause instanceof CulvertException known ? known : new CulvertException(otherwise, what, cause);
    }

    private static ErrorCode code(@Nullable String code, @Nullable String remedy) {
        ErrorCode known = code == null ? null : KNOWN.get(code);
        if (known != null) {
            return known;
        }
        Matcher matcher = CODE.matcher(code == null ? "" : code);
        if (!matcher.matches()) {
            return WireError.PROTOCOL_VIOLATION;
        }
        return new Foreign(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                Text.printable(remedy == null ? "See the log of the other end." : remedy, Limits.TEXT));
    }

    /** A code that only the other end knows: a newer version's, or a plugin's. */
    private record Foreign(String prefix, int number, String remedy) implements ErrorCode {

        @Override
        public ErrorType type() {
            return ErrorType.EXTERNAL;
        }
    }
}
