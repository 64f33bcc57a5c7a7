package dev.culvert.plugin.yamux;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.mux.MultiplexerFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Many streams over one connection, by the yamux specification of hashicorp. {@code multiplexer = "yamux"}, or a table
 * with {@code type = "yamux"} and any of these keys.
 *
 * @param maxStreams how many streams a session may have at once; default 16384
 * @param initialWindow how many bytes a new stream may be sent before it is read; default and least 256KiB, which the
 *     specification fixes
 * @param maxWindow what the window of a fast stream may grow to; default 16MiB
 * @param sessionWindow by how many bytes the windows of a session's streams together may exceed 256KiB each; default
 *     64MiB
 * @param acceptBacklog how many streams may be opened without the peer's acknowledgement; default 256
 * @param openTimeout how long further ones wait; default 10s
 * @param pingInterval how often an idle session is asked for a sign of life; default 30s
 * @param busyPingInterval the same while a stream is open, if that is less; default 5s
 * @param pingTimeout how long an answer may take before the session is ended; default 10s
 */
@Extension
@JsonTypeName("yamux")
public record YamuxMultiplexerFactory(
        @Nullable @Min(1) @Max(1_000_000) Integer maxStreams,
        @Nullable DataSize initialWindow,
        @Nullable DataSize maxWindow,
        @Nullable DataSize sessionWindow,
        @Nullable @Min(1) @Max(65536) Integer acceptBacklog,
        @Nullable Duration openTimeout,
        @Nullable Duration pingInterval,
        @Nullable Duration busyPingInterval,
        @Nullable Duration pingTimeout)
        implements MultiplexerFactory {

    private static final long LARGEST_WINDOW = 1L << 30;

    /** Fills in the defaults and checks what depends on more than one key. */
    public YamuxMultiplexerFactory {
        maxStreams = requireNonNullElse(maxStreams, 16_384);
        initialWindow = requireNonNullElse(initialWindow, new DataSize(YamuxHeader.INITIAL_WINDOW));
        maxWindow = requireNonNullElse(
                maxWindow,
                new DataSize(Math.max(16L << 20, requireNonNull(initialWindow).bytes())));
        sessionWindow = requireNonNullElse(sessionWindow, new DataSize(64L << 20));
        acceptBacklog = requireNonNullElse(acceptBacklog, 256);
        openTimeout = positive("open_timeout", requireNonNullElse(openTimeout, Duration.ofSeconds(10)));
        pingInterval = positive("ping_interval", requireNonNullElse(pingInterval, Duration.ofSeconds(30)));
        busyPingInterval = positive("busy_ping_interval", requireNonNullElse(busyPingInterval, Duration.ofSeconds(5)));
        pingTimeout = positive("ping_timeout", requireNonNullElse(pingTimeout, Duration.ofSeconds(10)));
        window("initial_window", requireNonNull(initialWindow), YamuxHeader.INITIAL_WINDOW);
        window(
                "max_window",
                requireNonNull(maxWindow),
                requireNonNull(initialWindow).bytes());
    }

    /** A multiplexer with the defaults. */
    public YamuxMultiplexerFactory() {
        this(null, null, null, null, null, null, null, null, null);
    }

    @Override
    public Multiplexer build(PluginContext context) {
        return new YamuxMultiplexer(settings());
    }

    YamuxSettings settings() {
        return new YamuxSettings(
                requireNonNull(maxStreams),
                (int) requireNonNull(initialWindow).bytes(),
                (int) requireNonNull(maxWindow).bytes(),
                requireNonNull(sessionWindow).bytes(),
                requireNonNull(acceptBacklog),
                requireNonNull(openTimeout),
                requireNonNull(pingInterval),
                requireNonNull(busyPingInterval),
                requireNonNull(pingTimeout));
    }

    private static Duration positive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: more than 0)");
        }
        return value;
    }

    private static void window(String key, DataSize value, long least) {
        if (value.bytes() < least || value.bytes() > LARGEST_WINDOW) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: " + new DataSize(least) + " to "
                    + new DataSize(LARGEST_WINDOW) + ")");
        }
    }
}
