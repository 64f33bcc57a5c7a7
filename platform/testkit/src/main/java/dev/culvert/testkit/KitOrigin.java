package dev.culvert.testkit;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** The service behind an {@link HttpKit}: called on the visitor's loop when a request is there as a whole. */
@FunctionalInterface
public interface KitOrigin {

    /** Answers every request with its own body, 200. */
    KitOrigin ECHO = (request, answer) -> answer.send(200, "text/plain", request.body());

    /**
     * Answers a request, at once or later, from any thread.
     *
     * @param request what has come through the filter
     * @param answer the way back
     */
    void serve(Request request, Answer answer);

    /**
     * A request as the service gets it.
     *
     * @param method its method
     * @param target path and query
     * @param headers its headers
     * @param body all of its body
     */
    record Request(String method, String target, HttpHeaders headers, byte[] body) {

        /** The values of a header. */
        public List<String> values(String name) {
            return headers.getAll(name);
        }
    }

    /** The way back to the visitor, through the filter. Thread-safe. */
    interface Answer {

        /** Begins an answer. */
        void head(int status, HttpHeaders headers);

        /** Sends a part of its body. */
        void part(byte[] bytes);

        /** Ends it. */
        void end();

        /** Breaks: before the head a 502, after it the answer is cut off. */
        void fail();

        /** Sends a whole answer. */
        void send(int status, String contentType, byte[] body);
    }
}
