package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import dev.culvert.spi.http.RequestIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One exchange as its tunnel's filters see it, and what they do to it. Lives on the visitor's loop. */
final class Filtering implements HttpExchange {

    private static final Logger log = LoggerFactory.getLogger("dev.culvert.http.filter");

    private final HttpFilter filter;
    private final RequestIdentity identity;
    private final Route route;
    private final HttpHeaders headers;
    private final EventLoop loop;
    private @Nullable Listener listener;
    private @Nullable HttpPassage passage;
    private @Nullable HttpAnswer early;
    private @Nullable HttpEnd end;
    private @Nullable HttpResponseStatus answered;
    private boolean requestDone;
    private boolean broken;

    /** What filters decide. Called on the loop. */
    interface Listener {

        /** The request goes on. */
        void passed();

        /** The visitor gets this answer, or what it has got of another breaks off. */
        void ended(HttpAnswer answer);
    }

    /**
     * Makes one.
     *
     * @param headers the request's, on their way to the service
     */
    Filtering(HttpFilter filter, RequestIdentity identity, Route route, HttpHeaders headers, EventLoop loop) {
        this.filter = filter;
        this.identity = identity;
        this.route = route;
        this.headers = headers;
        this.loop = loop;
    }

    @Override
    public RequestIdentity identity() {
        return identity;
    }

    @Override
    public String tunnel() {
        return route.handle().name();
    }

    @Override
    public String account() {
        return route.owner().account();
    }

    @Override
    public HttpHeaders headers() {
        return headers;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void end(HttpAnswer answer) {
        if (loop.inEventLoop()) {
            endNow(answer);
        } else {
            loop.execute(() -> endNow(answer));
        }
    }

    /** Asks the filters. */
    void ask(Listener whoWaits) {
        listener = whoWaits;
        filter.request(this).whenComplete((verdict, failure) -> {
            HttpVerdict given = failure == null ? verdict : failed(failure);
            if (loop.inEventLoop()) {
                decided(given);
            } else {
                loop.execute(() -> decided(given));
            }
        });
    }

    /** Whether they have not spoken yet. */
    boolean isAsking() {
        return passage == null;
    }

    /** A part of the request's body as the service is to get it; takes and gives ownership. */
    HttpContent requestContent(HttpContent content) {
        HttpPassage through = passage;
        if (through == null || through == HttpPassage.NOTHING || broken) {
            return content;
        }
        boolean last = content instanceof LastHttpContent;
        try {
            return again(content, through.requestBody(content.content(), last));
        } catch (RuntimeException e) {
            fail(e);
            return last ? LastHttpContent.EMPTY_LAST_CONTENT : new DefaultHttpContent(Unpooled.EMPTY_BUFFER);
        }
    }

    /** A request without a body has been sent. */
    void requestWithoutBody() {
        if (!requestDone) {
            requestDone = true;
            requestContent(LastHttpContent.EMPTY_LAST_CONTENT).release();
        }
    }

    /**
     * A part of the answer as the visitor is to get it; takes and gives ownership.
     *
     * @param visitor who gets it
     * @return null for nothing, since the answer breaks off, or another was given
     */
    @Nullable
    Object answer(VisitorEnd visitor, Object message) {
        HttpPassage through = passage;
        if (message instanceof HttpResponse head
                && head.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && head.status().code() != 101) {
            return message;
        }
        if (message instanceof HttpResponse head) {
            answered = head.status();
        }
        if (through == null || through == HttpPassage.NOTHING || broken) {
            return message;
        }
        try {
            if (message instanceof FullHttpResponse whole) {
                return whole(through, whole);
            }
            if (message instanceof HttpResponse head) {
                through.response(head.status(), head.headers());
                if (end != null) {
                    return null; // it was ended there, and another answer given
                }
                frame(visitor, head);
                return head;
            }
            HttpContent content = (HttpContent) message;
            return again(content, through.responseBody(content.content(), content instanceof LastHttpContent));
        } catch (RuntimeException e) {
            fail(e);
            return null;
        }
    }

    /** All is over. */
    void over(HttpEnd.Outcome outcome, @Nullable CulvertException cause) {
        if (end != null) {
            return;
        }
        HttpEnd how = new HttpEnd(outcome, answered, cause);
        end = how;
        if (passage != null) {
            tell(passage, how);
        }
    }

    private void decided(HttpVerdict verdict) {
        passage = verdict.passage();
        HttpEnd before = end;
        Listener waiting = listener;
        if (before != null) {
            tell(verdict.passage(), before); // the visitor did not wait
        } else if (waiting != null && verdict instanceof HttpVerdict.Answered answeredBy) {
            waiting.ended(answeredBy.answer());
        } else if (waiting != null && early != null) {
            waiting.ended(early);
        } else if (waiting != null) {
            waiting.passed();
        }
    }

    private void endNow(HttpAnswer answer) {
        Listener waiting = listener;
        if (end != null || waiting == null) {
            return;
        }
        if (passage == null) {
            early = early == null ? answer : early;
        } else {
            waiting.ended(answer);
        }
    }

    // A passage that has failed sees nothing more but the end.
    private void fail(RuntimeException cause) {
        broken = true;
        log.error("A filter of tunnel \"{}\" failed", tunnel(), cause);
        // Not from here: whoever is writing is in the middle of something.
        loop.execute(() -> endNow(refusal(cause)));
    }

    private HttpVerdict failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        log.error("A filter of tunnel \"{}\" failed", tunnel(), cause);
        return new HttpVerdict.Answered(refusal(cause), HttpPassage.NOTHING);
    }

    private static HttpAnswer refusal(Throwable cause) {
        return HttpAnswer.refusal(
                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                new CulvertException(FilterError.FILTER_FAILED, "a filter of this tunnel failed.", cause));
    }

    private void tell(HttpPassage through, HttpEnd how) {
        try {
            through.ended(how);
        } catch (RuntimeException e) {
            log.error("A filter of tunnel \"{}\" failed", tunnel(), e);
        }
    }

    private FullHttpResponse whole(HttpPassage through, FullHttpResponse answer) {
        boolean head = identity.method().equals(HttpMethod.HEAD);
        through.response(answer.status(), answer.headers());
        ByteBuf body = through.responseBody(answer.content(), true);
        if (!head && answer.status().code() != 204 && answer.status().code() != 304) {
            answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        }
        return new DefaultFullHttpResponse(
                answer.protocolVersion(), answer.status(), body, answer.headers(), answer.trailingHeaders());
    }

    // Whoever changed the length of the body has taken the header away that told it.
    private void frame(VisitorEnd visitor, HttpResponse head) {
        int status = head.status().code();
        boolean none = identity.method().equals(HttpMethod.HEAD) || status == 101 || status == 204 || status == 304;
        boolean told = head.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                || head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
        if (none || told) {
            return;
        }
        if (visitor.marksEnds()) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        } else {
            visitor.endAfterThis();
            head.headers().set(HttpHeaderNames.CONNECTION, "close");
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very same buffer: it need not be wrapped again
    private static HttpContent again(HttpContent content, ByteBuf passed) {
        if (passed == content.content()) {
            return content;
        }
        if (content instanceof LastHttpContent last) {
            DefaultLastHttpContent end = new DefaultLastHttpContent(passed);
            end.trailingHeaders().add(last.trailingHeaders());
            return end;
        }
        return new DefaultHttpContent(passed);
    }
}
