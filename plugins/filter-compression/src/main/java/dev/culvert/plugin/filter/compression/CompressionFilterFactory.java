package dev.culvert.plugin.filter.compression;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Compresses answers for visitors that can read that (gzip, deflate), where the service has not and has not forbidden it.
 * Event streams stay as they are. {@code {type = "compression"}}.
 *
 * @param types which content; default text, JSON, JavaScript, XML, SVG and WebAssembly. {@code text/*} is all text
 * @param minSize below this an answer that says its length stays as it is; default 1 KiB
 * @param level 1, fast, to 9, small; default 5
 */
@Extension
@JsonTypeName("compression")
public record CompressionFilterFactory(
        @Nullable
        List<
                        @Pattern(
                                regexp = "[a-z0-9!#$&^_.+-]{1,64}/(\\*|[a-z0-9!#$&^_.+-]{1,64})",
                                message = "expected: text/html or text/*")
                        String>
                types,

        @Nullable DataSize minSize,
        @Nullable @Min(1) @Max(9) Integer level)
        implements HttpFilterFactory {

    private static final List<String> TYPES = List.of(
            "text/*",
            "application/json",
            "application/ld+json",
            "application/manifest+json",
            "application/problem+json",
            "application/javascript",
            "application/xml",
            "application/xhtml+xml",
            "application/rss+xml",
            "application/atom+xml",
            "application/wasm",
            "image/svg+xml");

    private static final int LEVEL = 5;

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        return new CompressionFilter(
                requireNonNullElse(types, TYPES),
                requireNonNullElse(minSize, DataSize.ofKibibytes(1)).bytes(),
                requireNonNullElse(level, LEVEL));
    }
}
