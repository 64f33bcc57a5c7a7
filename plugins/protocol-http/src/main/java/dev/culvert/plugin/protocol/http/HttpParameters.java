package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.HostName;
import dev.culvert.spi.http.HttpFilterFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server has to know about a tunnel. Travels as JSON; the names are part of the wire.
 *
 * @param host the name, or the one label below the server's domain; null for any
 * @param path which requests of the host, by how their path begins; empty for all
 * @param stripPrefix whether the service sees paths without it
 * @param hostHeader which host the service is told; null for the one that the visitor asks for
 * @param requestHeaders what is changed in requests
 * @param responseHeaders what is changed in answers
 * @param forceHttps whether visitors without TLS are sent to https
 * @param redirect where visitors are sent instead of to the service
 * @param responseTimeoutMs how long the service may take to begin its answer; 0 for the default
 * @param filters what requests go through, after the server's own
 * @param alone whether each request gets a stream of its own, since the client tells the service who visits it
 * @param http2 whether the streams carry HTTP/2
 * @param hold which requests wait while the client is away; null for none
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
record HttpParameters(
        @JsonProperty("host") @Nullable HostName host,

        @JsonProperty("path")
        @Pattern(regexp = PATH, message = "expected: a path such as /api, of letters, digits, . _ ~ - and /")
        @Size(max = 256)
        String path,

        @JsonProperty("strip_prefix") boolean stripPrefix,

        @JsonProperty("host_header") @Nullable @Size(max = 260)
        String hostHeader,

        @JsonProperty("request_headers") HeaderFields requestHeaders,
        @JsonProperty("response_headers") HeaderFields responseHeaders,
        @JsonProperty("force_https") boolean forceHttps,

        @JsonProperty("redirect") @Nullable @Size(max = 2048)
        String redirect,

        @JsonProperty("response_timeout_ms") @Min(0) long responseTimeoutMs,
        @JsonProperty("filters") @Size(max = 32) List<@Valid HttpFilterFactory> filters,
        @JsonProperty("alone") boolean alone,
        @JsonProperty("http2") boolean http2,
        @JsonProperty("hold") @Nullable @Valid HoldTerms hold) {

    /** Plain segments only: what may be written in two ways would be routed in two ways. */
    static final String PATH = "(/[A-Za-z0-9._~-]+)*";

    static final long RESPONSE_TIMEOUT_MS = 60_000;

    HttpParameters {
        path = path == null ? "" : Paths.withoutEnd(path);
        filters = filters == null ? List.of() : List.copyOf(filters);
        requestHeaders = HeaderFields.orNone(requestHeaders);
        responseHeaders = HeaderFields.orNone(responseHeaders);
        responseTimeoutMs = responseTimeoutMs == 0 ? RESPONSE_TIMEOUT_MS : responseTimeoutMs;
    }

    HttpParameters at(HostName name) {
        return new HttpParameters(
                name,
                path,
                stripPrefix,
                hostHeader,
                requestHeaders,
                responseHeaders,
                forceHttps,
                redirect,
                responseTimeoutMs,
                filters,
                alone,
                http2,
                hold);
    }
}
