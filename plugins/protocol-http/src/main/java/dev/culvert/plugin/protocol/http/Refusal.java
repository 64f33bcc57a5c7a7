package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Why a visitor gets an answer from the server itself.
 *
 * @param status of the answer
 * @param cause what the visitor and the log are told
 */
record Refusal(HttpResponseStatus status, CulvertException cause) {

    static Refusal of(HttpResponseStatus status, ErrorCode code, String detail) {
        return new Refusal(status, new CulvertException(code, detail));
    }

    static Refusal badRequest(String detail) {
        return of(HttpResponseStatus.BAD_REQUEST, dev.culvert.spi.HttpError.BAD_REQUEST, detail);
    }
}
