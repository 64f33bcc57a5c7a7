package dev.culvert.plugin.filter.limits;

import static dev.culvert.spi.http.FilterError.ANSWER_STALLED;
import static dev.culvert.spi.http.FilterError.EXCHANGE_IDLE;
import static dev.culvert.spi.http.FilterError.EXCHANGE_TIMEOUT;
import static dev.culvert.spi.http.FilterError.REQUEST_STALLED;
import static dev.culvert.spi.http.FilterError.SERVICE_SLOW;
import static io.netty.handler.codec.http.HttpResponseStatus.GATEWAY_TIMEOUT;
import static io.netty.handler.codec.http.HttpResponseStatus.REQUEST_TIMEOUT;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpPassage;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches one exchange with one timer. A part that moves only notes the time; the timer looks at the notes when the
 * earliest limit could be over, and goes to sleep again if it is not. On the exchange's loop.
 */
final class TimeoutPassage implements HttpPassage {

    private final TimeoutFilterFactory limits;
    private final HttpExchange exchange;
    private final long began = System.nanoTime();
    private long requestMoved = began;
    private long responseMoved = began;
    private boolean requestDone;
    private boolean answering;
    private boolean over;
    private @Nullable Future<?> timer;
    private long wakes;

    TimeoutPassage(TimeoutFilterFactory limits, HttpExchange exchange) {
        this.limits = limits;
        this.exchange = exchange;
    }

    void start() {
        look();
    }

    @Override
    public ByteBuf requestBody(ByteBuf part, boolean last) {
        requestMoved = System.nanoTime();
        if (last) {
            requestDone = true;
            look();
        }
        return part;
    }

    @Override
    public void response(HttpResponseStatus status, HttpHeaders headers) {
        responseMoved = System.nanoTime();
        answering = true;
        if (status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            stop();
        }
        look();
    }

    @Override
    public ByteBuf responseBody(ByteBuf part, boolean last) {
        responseMoved = System.nanoTime();
        return part;
    }

    @Override
    public void ended(HttpEnd end) {
        stop();
    }

    // A phase may be without a limit, and then needs no timer; each phase begins with a look.
    private void look() {
        Deadline next = over ? null : earliest();
        if (next == null) {
            return;
        }
        long left = next.at() - System.nanoTime();
        if (left <= 0) {
            stop();
            exchange.end(HttpAnswer.refusal(next.status(), new CulvertException(next.code(), next.detail())));
        } else if (timer == null || next.at() - wakes < 0) {
            sleep(next.at(), left);
        }
    }

    private void sleep(long until, long left) {
        if (timer != null) {
            timer.cancel(false);
        }
        wakes = until;
        timer = exchange.eventLoop()
                .schedule(
                        () -> {
                            timer = null;
                            look();
                        },
                        left,
                        TimeUnit.NANOSECONDS);
    }

    private @Nullable Deadline earliest() {
        Deadline next = Deadline.of(limits.total(), began, GATEWAY_TIMEOUT, EXCHANGE_TIMEOUT, "the exchange took");
        if (!requestDone) {
            next = Deadline.of(
                            limits.read(), requestMoved, REQUEST_TIMEOUT, REQUEST_STALLED, "the request's body paused")
                    .earlier(next);
        } else if (!answering) {
            next = Deadline.of(limits.response(), requestMoved, GATEWAY_TIMEOUT, SERVICE_SLOW, "the service was silent")
                    .earlier(next);
        }
        if (answering) {
            next = Deadline.of(limits.write(), responseMoved, GATEWAY_TIMEOUT, ANSWER_STALLED, "the answer paused")
                    .earlier(next);
        }
        long moved = requestMoved - responseMoved > 0 ? requestMoved : responseMoved;
        next = Deadline.of(limits.idle(), moved, GATEWAY_TIMEOUT, EXCHANGE_IDLE, "nothing moved")
                .earlier(next);
        return next.limit() == null ? null : next;
    }

    private void stop() {
        over = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** When a limit is over, if there is one, and what to say then. */
    private record Deadline(
            @Nullable Duration limit, long at, HttpResponseStatus status, FilterError code, String what) {

        static Deadline of(
                @Nullable Duration limit, long since, HttpResponseStatus status, FilterError code, String what) {
            return new Deadline(limit, limit == null ? 0 : since + limit.toNanos(), status, code, what);
        }

        Deadline earlier(Deadline other) {
            if (limit == null) {
                return other;
            }
            return other.limit == null || at - other.at < 0 ? this : other;
        }

        String detail() {
            return what + " for " + (limit == null ? 0 : limit.toMillis()) + " ms.";
        }
    }
}
