package dev.culvert.server;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.dropwizard.request.logging.RequestLogFactory;
import org.eclipse.jetty.server.RequestLog;

/** Administration writes no access log of its own unless the file asks for one. */
@JsonTypeName("none")
final class NoRequestLog implements RequestLogFactory<RequestLog> {

    @Override
    public boolean isEnabled() {
        return false;
    }

    @Override
    public RequestLog build(String name) {
        throw new IllegalStateException("no request log was asked for");
    }
}
