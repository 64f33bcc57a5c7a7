package dev.culvert.spi.protocol;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One attempt to reach the service. Lives on a loop. */
final class Dial {

    private final EventLoop loop;
    private final StreamOrigin origin;
    private final DialingService service;
    private final Future<DuplexChannel> connecting;
    private final Promise<DuplexChannel> dialled;
    private @Nullable DuplexChannel opening;

    Dial(EventLoop loop, StreamOrigin origin, DialingService service, Future<DuplexChannel> connecting) {
        this.loop = loop;
        this.origin = origin;
        this.service = service;
        this.connecting = connecting;
        this.dialled = loop.newPromise();
    }

    /** What comes of it; whoever cancels that gives up. */
    Future<DuplexChannel> start(Duration timeout) {
        Future<?> timer =
                loop.schedule(() -> dialled.tryFailure(service.timedOut()), timeout.toMillis(), TimeUnit.MILLISECONDS);
        dialled.addListener(end -> {
            timer.cancel(false);
            if (!dialled.isSuccess()) {
                abandon();
            }
        });
        connecting.addListener(known -> onLoop(this::connected));
        return dialled;
    }

    private void connected() {
        if (!connecting.isSuccess()) {
            dialled.tryFailure(service.failure(connecting.cause()));
        } else if (dialled.isDone()) {
            connecting.getNow().close();
        } else {
            DuplexChannel connection = connecting.getNow();
            opening = connection;
            service.open(origin, connection)
                    .addListener((Future<DuplexChannel> opened) -> onLoop(() -> opened(opened)));
        }
    }

    private void opened(Future<DuplexChannel> opened) {
        if (!opened.isSuccess()) {
            dialled.tryFailure(service.failure(opened.cause()));
        } else if (dialled.trySuccess(opened.getNow())) {
            opening = null;
        } // else the connection is closed, or about to be
    }

    private void abandon() {
        connecting.cancel(false); // or, if it is connected already, it is closed as soon as that is known
        DuplexChannel unfinished = opening;
        opening = null;
        if (unfinished != null) {
            unfinished.close();
        }
    }

    private void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
    }
}
