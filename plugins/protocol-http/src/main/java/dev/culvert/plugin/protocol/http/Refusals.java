package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Which status a failure on the way to the service has. */
final class Refusals {

    private Refusals() {}

    static Refusal of(Throwable cause) {
        CulvertException known = cause instanceof CulvertException culvert && isForVisitors(culvert.code())
                ? culvert
                : new CulvertException(HttpError.NO_ANSWER, "the way to the service was lost.", cause);
        return new Refusal(status(known.code()), known);
    }

    // What befell a connection between client and server is not; that it is full, is.
    private static boolean isForVisitors(ErrorCode code) {
        return !(code instanceof WireError) || code == WireError.TOO_MANY_STREAMS;
    }

    private static HttpResponseStatus status(ErrorCode code) {
        if (code == ServiceError.TIMEOUT || code == HttpError.ANSWER_TIMEOUT || code == TunnelError.WAIT_EXPIRED) {
            return HttpResponseStatus.GATEWAY_TIMEOUT;
        }
        if (code == TunnelError.STREAM_LIMIT || code == TunnelError.VISITOR_LIMIT || code == TunnelError.SOURCE_LIMIT) {
            return HttpResponseStatus.TOO_MANY_REQUESTS;
        }
        if (code == TunnelError.VISITOR_NOT_PERMITTED) {
            return HttpResponseStatus.FORBIDDEN;
        }
        if (code == TunnelError.SERVER_DRAINING
                || code == TunnelError.PAUSED
                || code == TunnelError.TOO_MANY_WAITING
                || code == WireError.TOO_MANY_STREAMS
                || code == HttpError.DRAINING) {
            return HttpResponseStatus.SERVICE_UNAVAILABLE;
        }
        return HttpResponseStatus.BAD_GATEWAY;
    }
}
