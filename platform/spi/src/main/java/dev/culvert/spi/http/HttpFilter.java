package dev.culvert.spi.http;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Looks at each request of a tunnel before the service sees it.
 *
 * <p>One instance serves all requests of a section's tunnels, on many event loops at once: implementations are
 * thread-safe. State of a single request belongs to its {@link HttpPassage}.
 */
public interface HttpFilter extends AutoCloseable {

    /**
     * A request has come. It is well-formed, and its tunnel is known; its body has not been read. Called on {@link
     * HttpExchange#eventLoop}; must not block.
     *
     * @param exchange the request, and the way to its visitor
     * @return whether it may pass; may complete later and on any thread, the body then waits unread. While it waits the
     *     visitor may leave: a passage it completes with is told so at once. If it fails, the visitor gets the code of its
     *     {@link dev.culvert.spi.CulvertException}, {@link FilterError#FILTER_FAILED} for any other exception, and the
     *     service nothing
     */
    CompletionStage<HttpVerdict> request(HttpExchange exchange);

    /** Called when its tunnel, or the server, is closed. Requests under way go on. */
    @Override
    default void close() {}

    /**
     * One filter that asks several, in their order, until one answers. It closes them. A filter that throws counts as one
     * that failed; no filter's failure keeps the others from being told of the end.
     *
     * @param filters the first is asked first
     */
    static HttpFilter inOrder(List<HttpFilter> filters) {
        return new FilterChain(filters);
    }
}
