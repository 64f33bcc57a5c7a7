package dev.culvert.plugin.filter.limits;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.Durations;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Limits how long things take. A WebSocket is under none of these once it is open. {@code {type = "timeout", response =
 * "30s"}}.
 *
 * @param read how long the request's body may pause
 * @param response how long the service may take to begin its answer, once it has the whole request
 * @param write how long the answer's body may pause, because the service sends nothing or the visitor takes nothing
 * @param idle how long nothing may move in either direction
 * @param total how long the whole exchange may take, downloads and event streams included
 */
@Extension
@JsonTypeName("timeout")
public record TimeoutFilterFactory(
        @Nullable Duration read,
        @Nullable Duration response,
        @Nullable Duration write,
        @Nullable Duration idle,
        @Nullable Duration total)
        implements HttpFilterFactory {

    /** Refuses a section that limits nothing, and what is no time. */
    public TimeoutFilterFactory {
        if (Stream.of(read, response, write, idle, total).allMatch(Objects::isNull)) {
            throw new IllegalArgumentException("expected: at least one of read, response, write, idle and total");
        }
        check("read", read);
        check("response", response);
        check("write", write);
        check("idle", idle);
        check("total", total);
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        return new TimeoutFilter(this);
    }

    private static void check(String key, @Nullable Duration value) {
        if (value != null) {
            Durations.positive(key, value);
        }
    }
}
