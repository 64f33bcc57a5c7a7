package dev.culvert.plugin.filter.access;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Lets pages of other sites read answers (CORS, the Fetch standard, section 3.2), and answers browsers' preflights in the
 * service's place. What the service itself says of CORS is replaced. {@code {type = "cors"}}.
 *
 * @param origins which sites' pages; {@code ["*"]} for all; required
 * @param methods which methods they may use; default GET, HEAD, POST, PUT, PATCH, DELETE
 * @param headers which headers they may send beyond the usual; default whatever they ask for
 * @param expose which headers of answers they may read beyond the usual; default none
 * @param credentials whether cookies go along, which {@code "*"} forbids; default false
 * @param maxAge how long a browser remembers a preflight; default 10 min
 */
@Extension
@JsonTypeName("cors")
public record CorsFilterFactory(
        @NotEmpty List<@NotNull String> origins,
        @Nullable List<@Pattern(regexp = TOKEN, message = "expected: a method") String> methods,
        @Nullable List<@Pattern(regexp = TOKEN, message = "expected: the name of a header") String> headers,
        @Nullable List<@Pattern(regexp = TOKEN, message = "expected: the name of a header") String> expose,
        @Nullable Boolean credentials,
        @Nullable Duration maxAge)
        implements HttpFilterFactory {

    private static final String TOKEN = "[A-Za-z0-9!#$%&'+^_`|~-]{1,64}";

    private static final String ALL = "*";

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    /** Refuses what is no origin, and cookies for everybody. */
    public CorsFilterFactory {
        origins = List.copyOf(requireNonNullElse(origins, List.of()));
        origins.stream().filter(origin -> !origin.equals(ALL)).forEach(Origin::ofFile);
        if (origins.contains(ALL) && Boolean.TRUE.equals(credentials)) {
            throw new IllegalArgumentException(
                    "credentials: true (expected: origins one by one, since any page could then act for its visitor)");
        }
    }

    @Override
    public HttpFilter build(PluginContext context, Role author) {
        boolean all = origins.contains(ALL);
        return new CorsFilter(
                all,
                all ? List.of() : origins.stream().map(Origin::ofFile).toList(),
                String.join(", ", requireNonNullElse(methods, METHODS)),
                headers == null ? null : String.join(", ", headers),
                expose == null ? "" : String.join(", ", expose),
                Boolean.TRUE.equals(credentials),
                requireNonNullElse(maxAge, Duration.ofMinutes(10)).toSeconds());
    }
}
