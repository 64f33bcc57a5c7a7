package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.protocol.RequestReport;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: asks for a stream, passes both on as they come, each no faster than its reader reads, and
 * sees to it that a part is never taken for the whole. All state lives on the visitor's loop; what the service's side
 * calls from its own is brought there.
 */
final class Exchange implements ServicePool.Asker, Filtering.Listener {

    /** A request that may not be sent twice takes no stream that the service may be about to close. */
    private static final Duration FRESH_ENOUGH = Duration.ofSeconds(1);

    /** Filters that ask somebody else have to be content with this. */
    private static final Duration FILTERS_DECIDE_WITHIN = Duration.ofSeconds(30);

    private final VisitorEnd visitor;
    private final EventLoop loop;
    private final Route route;
    private final ServicePool pool;
    private final HttpRequest request;
    private final Asked asked;
    private final Limits limits;
    private final AccessLog accessLog;
    private final boolean repeatable;
    private final @Nullable Filtering filtering;
    private final Queue<HttpContent> held = new ArrayDeque<>(2);

    private @Nullable ServiceEnd service;
    private boolean sentTwice;
    private boolean requestDone;
    private boolean answering;
    private boolean offering; // the answer's head is with the filters: the visitor has seen nothing of it
    private boolean answerDelimited;
    private boolean serviceKeepsAlive;
    private boolean skipping;
    private int interim;
    private long bytesIn;
    private boolean over;
    private long firstHeldAt;
    private Duration heldFor = Duration.ZERO;
    private boolean waits;
    private final @Nullable String given;
    private @Nullable String toGive;

    /**
     * Makes one.
     *
     * @param pool the streams that it may take
     * @param asked what is known of the request
     * @param request as the service is to see it
     * @param accessLog where it is written down in the end
     * @param filtering the tunnel's filters; null if it has none
     */
    Exchange(
            VisitorEnd visitor,
            Route route,
            ServicePool pool,
            Asked asked,
            HttpRequest request,
            Limits limits,
            AccessLog accessLog,
            @Nullable Filtering filtering) {
        this.visitor = visitor;
        this.loop = visitor.channel().eventLoop();
        this.route = route;
        this.pool = pool;
        this.request = request;
        this.asked = asked;
        this.limits = limits;
        this.accessLog = accessLog;
        this.filtering = filtering;
        this.requestDone = !asked.hasBody();
        this.given = StickyCookie.taken(request.headers());
        this.repeatable = !asked.hasBody() && !asked.webSocket() && Framing.isIdempotent(asked.method());
    }

    void start() {
        visitor.filterBy(filtering);
        if (filtering == null) {
            passed();
            return;
        }
        visitor.deadline().set(FILTERS_DECIDE_WITHIN);
        if (asked.hasBody()) {
            visitor.reading().pause(Reading.Reason.NO_STREAM);
        }
        filtering.ask(this);
    }

    /** The filters let it go on. */
    @Override
    public void passed() {
        if (over) {
            return;
        }
        visitor.deadline().set(route.responseTimeout());
        if (asked.hasBody()) {
            visitor.reading().pause(Reading.Reason.NO_STREAM);
        }
        ask(repeatable ? limits.pooledFor() : FRESH_ENOUGH);
    }

    /** Whether it still goes on. */
    boolean isOver() {
        return over;
    }

    /** Whether the visitor has sent all that it had to. */
    boolean hasWholeRequest() {
        return requestDone;
    }

    /** Whether it waits for the tunnel's client. */
    boolean isHeld() {
        return waits;
    }

    // ---- the visitor's side ----

    /** The filters answer in the service's place, or break its answer off. */
    @Override
    public void ended(HttpAnswer answer) {
        if (over) {
            return;
        }
        CulvertException cause = answer.cause();
        if (answering && !offering) {
            abort(HttpEnd.Outcome.REFUSED, cause);
            return;
        }
        if (offering) {
            visitor.filterBy(null); // they have seen a head, of the answer that this one replaces
            answering = false;
        }
        end();
        giveUpService();
        if (cause != null) {
            route.handle().refused(asked.origin(), cause);
        }
        boolean whole = requestDone;
        if (!whole) {
            visitor.endAfterThis();
        }
        ErrorAnswer.write(visitor, answer, asked);
        tell(HttpEnd.Outcome.REFUSED, cause);
        visitor.answered(whole);
    }

    /** A part of the request's body. */
    void requestContent(HttpContent content) {
        if (over) {
            content.release();
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            fail(RequestRules.of(HttpError.BAD_REQUEST), HttpEnd.Outcome.REFUSED);
            return;
        }
        requestDone |= content instanceof LastHttpContent;
        bytesIn += content.content().readableBytes();
        if (service == null) {
            hold(content);
        } else {
            send(service, content);
        }
    }

    /** No more of the request has been read for now. */
    void requestReadComplete() {
        if (service != null && !over) {
            service.flush();
        }
    }

    /** The visitor takes more again. */
    void visitorWritable() {
        if (service != null && visitor.channel().isWritable()) {
            service.read(true);
        }
    }

    /** The visitor's connection, or its stream, is gone. */
    void visitorGone() {
        if (!over) {
            end();
            giveUpService();
            route.events().visitorLeft();
            tell(HttpEnd.Outcome.VISITOR_LEFT, null);
        }
    }

    /** Nothing has happened for as long as is allowed. */
    void expired() {
        if (over) {
            return;
        }
        Holding holding = route.holding();
        if (waits && holding != null) {
            fail(holding.expired(), HttpEnd.Outcome.REFUSED);
        } else if (filtering != null && filtering.isAsking()) {
            fail(
                    Refusal.of(
                            HttpResponseStatus.SERVICE_UNAVAILABLE,
                            FilterError.FILTER_TIMEOUT,
                            "a filter has not decided within " + FILTERS_DECIDE_WITHIN.toMillis() + " ms."),
                    HttpEnd.Outcome.REFUSED);
        } else if (answering) {
            boolean takes = visitor.channel().isWritable();
            abort(takes ? HttpEnd.Outcome.SERVICE_FAILED : HttpEnd.Outcome.VISITOR_LEFT, null);
        } else if (!requestDone && service != null && visitor.reading().isOn()) {
            fail(
                    Refusal.of(
                            HttpResponseStatus.REQUEST_TIMEOUT,
                            HttpError.REQUEST_TIMEOUT,
                            "the request took too long."),
                    HttpEnd.Outcome.REFUSED);
        } else {
            fail(
                    Refusal.of(
                            HttpResponseStatus.GATEWAY_TIMEOUT,
                            HttpError.ANSWER_TIMEOUT,
                            "the service did not answer in time."),
                    HttpEnd.Outcome.SERVICE_FAILED);
        }
    }

    // ---- the service's side ----

    @Override
    public void opened(ServiceEnd opened, @Nullable String token) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> opened(opened, token));
            return;
        }
        toGive = token;
        if (over) {
            opened.reset();
            return;
        }
        service = opened;
        opened.attach(this, asked.method());
        if (service != opened) {
            return; // it was lost at once
        }
        opened.write(request);
        if (!asked.hasBody()) {
            opened.write(LastHttpContent.EMPTY_LAST_CONTENT);
            if (filtering != null) {
                filtering.requestWithoutBody();
            }
        }
        for (HttpContent content = held.poll(); content != null; content = held.poll()) {
            send(opened, content);
        }
        opened.flush();
        visitor.reading().resume(Reading.Reason.NO_STREAM);
    }

    @Override
    public void notOpened(Throwable cause) {
        onLoop(() -> {
            if (!over && !hold(cause)) {
                serviceFailed(cause);
            }
        });
    }

    /** The client may be back. Any thread: whoever came first asks first. */
    void tryAgain() {
        onLoop(() -> {
            if (!over) {
                waitsNoMore();
                visitor.deadline().set(route.responseTimeout());
            }
        });
        ask(repeatable ? limits.pooledFor() : FRESH_ENOUGH);
    }

    /** It waits for nothing. Any thread. */
    void refused(Refusal refusal) {
        onLoop(() -> {
            if (!over) {
                fail(refusal, HttpEnd.Outcome.REFUSED);
            }
        });
    }

    /** Something of the answer; takes ownership. Any thread. */
    void serviceRead(ServiceEnd from, Object message) {
        if (loop.inEventLoop()) {
            answered(from, message);
        } else {
            loop.execute(() -> answered(from, message));
        }
    }

    /** No more has come for now. Any thread. */
    void serviceReadComplete() {
        onLoop(visitor::flush);
    }

    /** The service takes more again. Any thread. */
    void serviceWritable() {
        onLoop(this::readVisitorIfRoom);
    }

    /** The way to the service is gone. Any thread. */
    void serviceClosed(ServiceEnd lost, Throwable cause) {
        onLoop(() -> {
            if (service == lost && !over) {
                serviceLost(lost, cause);
            }
        });
    }

    /** The service has agreed to another protocol. Any thread. */
    void serviceUpgraded(ServiceStream stream, HttpResponse answer) {
        onLoop(() -> {
            if (over) {
                stream.stream().abort();
            } else if (!asked.webSocket() || !HopByHop.agreesToWebSocket(answer)) {
                stream.stream().abort();
                badAnswer("an upgrade that nobody asked for");
            } else {
                upgrade(stream, answer);
            }
        });
    }

    private void ask(Duration idleFor) {
        pool.ask(asked.origin(), given, idleFor, this);
    }

    // Waits for the client, if the tunnel wants that; else false.
    private boolean hold(Throwable cause) {
        Holding holding = route.holding();
        boolean waited = !heldFor.isZero();
        if (holding == null || !holding.takes(asked.method(), cause, waited) || visitor.hasEnded()) {
            return false;
        }
        long now = System.nanoTime();
        firstHeldAt = waited ? firstHeldAt : now;
        Duration left = holding.maxAge().minusNanos(now - firstHeldAt);
        if (left.isNegative() || left.isZero()) {
            fail(holding.expired(), HttpEnd.Outcome.REFUSED);
            return true;
        }
        // First, since the client may be back in this very moment.
        waits = true;
        visitor.deadline().set(left);
        Refusal refusal = holding.enter(this, size(), loop);
        if (refusal != null) {
            waits = false;
            fail(refusal, HttpEnd.Outcome.REFUSED);
        } else if (requestDone && !over) {
            visitor.reading().resume(Reading.Reason.NO_STREAM); // else nobody would notice that it leaves
        }
        return true;
    }

    // At most what one read brought: reading is paused.
    private void hold(HttpContent content) {
        held.add(content); // released when this ends, or passed on
        Holding holding = route.holding();
        if (waits && holding != null && !holding.grow(this, content.content().readableBytes())) {
            fail(holding.full(), HttpEnd.Outcome.REFUSED);
        }
    }

    private void waitsNoMore() {
        if (waits) {
            waits = false;
            heldFor = Duration.ofNanos(Math.max(1, System.nanoTime() - firstHeldAt));
        }
    }

    /** How much of the request is here. */
    private int size() {
        int size = request.uri().length();
        for (Map.Entry<String, String> field : request.headers()) {
            size += field.getKey().length() + field.getValue().length();
        }
        for (HttpContent content : held) {
            size += content.content().readableBytes();
        }
        return size;
    }

    private void send(ServiceEnd to, HttpContent content) {
        if (!asked.hasBody()) {
            content.release(); // the empty end of a request without a body, which was sent with its head
            return;
        }
        to.write(filtering == null ? content : filtering.requestContent(content)); // ownership passes on
        if (over) {
            return; // a filter did not like it
        }
        touch();
        if (!to.isWritable()) {
            visitor.reading().pause(Reading.Reason.FULL);
            readVisitorIfRoom();
        }
    }

    private void readVisitorIfRoom() {
        ServiceEnd to = service;
        if (to != null && to.isWritable()) {
            visitor.reading().resume(Reading.Reason.FULL);
        }
    }

    private void answered(ServiceEnd from, Object message) {
        if (over || from != service) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (((HttpObject) message).decoderResult().isFailure()) {
            Throwable failure = ((HttpObject) message).decoderResult().cause();
            ReferenceCountUtil.release(message);
            if (failure instanceof PrematureChannelClosureException) {
                serviceLost(from, failure);
            } else {
                badAnswer("what is no HTTP");
            }
            return;
        }
        if (message instanceof HttpResponse answer) {
            answerHead(answer);
        }
        if (message instanceof HttpContent content && !over) {
            answerContent(from, content);
        }
    }

    private void answerHead(HttpResponse answer) {
        if (Framing.isAmbiguous(answer)) {
            badAnswer("an answer that ends in two places");
        } else if (answer.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            skipping = true;
            interim(answer);
        } else {
            answering = true;
            answerDelimited = Framing.isDelimited(answer, asked.method());
            serviceKeepsAlive = answerDelimited && io.netty.handler.codec.http.HttpUtil.isKeepAlive(answer);
            visitor.answersToHead(asked.method().equals(HttpMethod.HEAD));
            offering = true;
            visitor.write(forVisitor(answer));
            offering = false;
            if (!over) {
                touch();
            }
        }
    }

    private void interim(HttpResponse answer) {
        if (++interim > limits.maxInterim()) {
            badAnswer("more interim answers than allowed");
        } else if (visitor.takesInterim()) {
            HopByHop.strip(answer.headers());
            visitor.write(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    answer.status(),
                    Unpooled.EMPTY_BUFFER,
                    answer.headers(),
                    EmptyHttpHeaders.INSTANCE));
            visitor.flush();
        }
    }

    private void answerContent(ServiceEnd from, HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (skipping) {
            skipping = !last;
            content.release();
            return;
        }
        visitor.write(content); // ownership passes on
        if (over) {
            return; // a filter did not like it
        }
        if (last) {
            complete(from);
            return;
        }
        touch();
        if (!visitor.channel().isWritable()) {
            from.read(false);
            if (visitor.channel().isWritable()) {
                from.read(true);
            }
        }
    }

    private HttpResponse forVisitor(HttpResponse answer) {
        HopByHop.strip(answer.headers());
        route.answerFields().apply(answer.headers());
        if (toGive != null && !toGive.equals(given)) {
            StickyCookie.give(answer.headers(), toGive, route.path());
        }
        answer.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (!answerDelimited && visitor.marksEnds()) {
            answer.headers().set(TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else if (!visitor.marksEnds()) {
            answer.headers().remove(TRANSFER_ENCODING);
        }
        boolean endsWithConnection = !visitor.marksEnds() && !answer.headers().contains(CONTENT_LENGTH);
        if (visitor.isLast() || !requestDone || endsWithConnection) {
            visitor.endAfterThis();
            answer.headers().set(CONNECTION, HttpHeaderValues.CLOSE);
        }
        return answer;
    }

    private void complete(ServiceEnd from) {
        end();
        service = null;
        tell(HttpEnd.Outcome.COMPLETED, null);
        if (requestDone) {
            from.answered(serviceKeepsAlive);
        } else {
            from.reset();
        }
        visitor.answered(requestDone);
    }

    // Asked once more only if that cannot do harm, and if it was not the service's answer that the stream ended.
    private void serviceLost(ServiceEnd lost, Throwable cause) {
        service = null;
        boolean dialled = !(cause instanceof CulvertException known && known.code() instanceof ServiceError);
        if (repeatable
                && !sentTwice
                && !answering
                && interim == 0
                && dialled
                && (lost.isReused() || lost.isLinkLost())) {
            sentTwice = true;
            route.events().sentTwice();
            ask(Duration.ZERO);
        } else {
            lost.reset();
            serviceFailed(cause);
        }
    }

    private void serviceFailed(Throwable cause) {
        if (over) {
            return;
        }
        if (answering) {
            abort(HttpEnd.Outcome.SERVICE_FAILED, cause instanceof CulvertException known ? known : null);
        } else {
            // A way that the server's file asks for and the client lacks says nothing about the service.
            boolean noWay =
                    cause instanceof CulvertException known && known.code().equals(TunnelError.NOT_BY_LISTENER);
            fail(Refusals.of(cause), noWay ? HttpEnd.Outcome.REFUSED : HttpEnd.Outcome.SERVICE_FAILED);
        }
    }

    private void badAnswer(String what) {
        serviceFailed(new CulvertException(HttpError.BAD_ANSWER, "the service sent " + what + "."));
    }

    /** Answers in place of the service. */
    private void fail(Refusal refusal, HttpEnd.Outcome outcome) {
        end();
        giveUpService();
        route.handle().refused(asked.origin(), refusal.cause());
        boolean whole = requestDone && !VisitorEnd.endsConnection(refusal.status());
        if (!whole) {
            visitor.endAfterThis();
        }
        ErrorAnswer.write(visitor, refusal, asked);
        tell(outcome, refusal.cause());
        visitor.answered(whole);
    }

    private void abort(HttpEnd.Outcome outcome, @Nullable CulvertException cause) {
        end();
        tell(outcome, cause);
        giveUpService();
        route.events().aborted();
        visitor.abort();
    }

    private void upgrade(ServiceStream stream, HttpResponse answer) {
        HopByHop.strip(answer.headers());
        HopByHop.upgrade(answer.headers());
        answer.setProtocolVersion(HttpVersion.HTTP_1_1);
        visitor.write(answer);
        if (over) {
            return; // a filter did not like it
        }
        visitor.write(LastHttpContent.EMPTY_LAST_CONTENT);
        visitor.flush();
        DuplexChannel bare = visitor.unwrap();
        end();
        service = null;
        if (bare == null) {
            stream.stream().abort();
            tell(HttpEnd.Outcome.SERVICE_FAILED, null);
            visitor.abort();
        } else {
            visitor.filterBy(null);
            stream.stream()
                    .channel()
                    .closeFuture()
                    .addListener(closed -> onLoop(() -> tell(HttpEnd.Outcome.COMPLETED, null)));
            route.handle().bridge(bare, stream.stream(), route.bridge());
        }
    }

    private void giveUpService() {
        ServiceEnd given = service;
        service = null;
        if (given != null) {
            given.reset();
        }
    }

    private void tell(HttpEnd.Outcome outcome, @Nullable CulvertException cause) {
        visitor.filterBy(null);
        if (filtering != null) {
            filtering.over(outcome, cause);
        }
        report(outcome);
    }

    private void report(HttpEnd.Outcome outcome) {
        RequestReport.Outcome told = outcome == HttpEnd.Outcome.COMPLETED
                ? RequestReport.Outcome.OK
                : answering || visitor.status() < 200 ? RequestReport.Outcome.ABORTED : RequestReport.Outcome.REFUSED;
        RequestReport report = new RequestReport(
                asked.origin(),
                visitor.status(),
                told,
                sentTwice,
                heldFor,
                bytesIn,
                visitor.bytesOut(),
                Duration.ofNanos(System.nanoTime() - asked.began()));
        route.handle().requestEnded(report);
        accessLog.write(asked, visitor, route.handle().name(), report);
    }

    private void end() {
        over = true;
        Holding holding = route.holding();
        if (waits && holding != null) {
            holding.leave(this);
            waitsNoMore();
        }
        visitor.deadline().clear();
        for (HttpContent content = held.poll(); content != null; content = held.poll()) {
            content.release();
        }
        visitor.reading().resume(Reading.Reason.NO_STREAM);
        visitor.reading().resume(Reading.Reason.FULL);
    }

    // Progress: the time that is left begins anew.
    private void touch() {
        visitor.deadline().set(answering || !requestDone ? limits.idleTimeout() : route.responseTimeout());
    }

    private void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
    }
}
