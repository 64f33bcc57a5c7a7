package dev.culvert.plugin.filter.limits;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.constraints.Min;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Limits how large requests and answers are; below the limits that a server has anyway. {@code {type = "size",
 * request_body = "10MiB"}}.
 *
 * @param headers how many headers a request may have; default no limit of this filter
 * @param headerBytes how many characters all their names and values; default the same
 * @param requestBody how many bytes of a body; default the same
 * @param responseBody how many bytes of an answer's body, which breaks off there if it did not say its length before;
 *     default the same
 */
@Extension
@JsonTypeName("size")
public record SizeFilterFactory(
        @Nullable @Min(1) Integer headers,
        @Nullable DataSize headerBytes,
        @Nullable DataSize requestBody,
        @Nullable DataSize responseBody)
        implements HttpFilterFactory {

    /** Refuses a section that limits nothing. */
    public SizeFilterFactory {
        if (Stream.of(headers, headerBytes, requestBody, responseBody).allMatch(Objects::isNull)) {
            throw new IllegalArgumentException(
                    "expected: at least one of headers, header_bytes, request_body and response_body");
        }
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        return new SizeFilter(
                headers == null ? Integer.MAX_VALUE : headers,
                bytes(headerBytes),
                bytes(requestBody),
                bytes(responseBody));
    }

    private static long bytes(@Nullable DataSize size) {
        return size == null ? Long.MAX_VALUE : size.bytes();
    }
}
