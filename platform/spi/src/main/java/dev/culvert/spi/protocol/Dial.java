package dev.culvert.spi.protocol;

import dev.culvert.spi.CulvertException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream's attempt to reach the service. Lives on the stream's loop. */
final class Dial {

    private final IncomingStream stream;
    private final DialingService service;
    private final Future<DuplexChannel> connecting;
    private @Nullable DuplexChannel opening;
    private boolean answered;

    Dial(IncomingStream stream, DialingService service, Future<DuplexChannel> connecting) {
        this.stream = stream;
        this.service = service;
        this.connecting = connecting;
    }

    void start(Duration timeout) {
        Future<?> timer = stream.channel()
                .eventLoop()
                .schedule(() -> refuse(service.timedOut()), timeout.toMillis(), TimeUnit.MILLISECONDS);
        // Whoever opened the stream may give up while the service is being dialled.
        stream.channel().closeFuture().addListener(gone -> abandon());
        connecting.addListener(known -> onLoop(() -> connected(timer)));
    }

    private void connected(Future<?> timer) {
        if (!connecting.isSuccess()) {
            timer.cancel(false);
            refuse(service.failure(connecting.cause()));
        } else if (answered) {
            connecting.getNow().close();
        } else {
            DuplexChannel connection = connecting.getNow();
            opening = connection;
            service.open(stream, connection)
                    .addListener((Future<DuplexChannel> opened) -> onLoop(() -> {
                        timer.cancel(false);
                        opened(opened);
                    }));
        }
    }

    private void opened(Future<DuplexChannel> opened) {
        if (answered) {
            return; // and the connection is closed
        }
        if (opened.isSuccess()) {
            opening = null;
            answered = true;
            service.join(stream, opened.getNow());
        } else {
            refuse(service.failure(opened.cause()));
        }
    }

    private void refuse(CulvertException cause) {
        if (!answered) {
            abandon();
            stream.refuse(cause);
        }
    }

    private void abandon() {
        answered = true;
        connecting.cancel(false); // or, if it is connected already, it is closed as soon as that is known
        DuplexChannel unfinished = opening;
        opening = null;
        if (unfinished != null) {
            unfinished.close();
        }
    }

    private void onLoop(Runnable action) {
        if (stream.channel().eventLoop().inEventLoop()) {
            action.run();
        } else {
            stream.channel().eventLoop().execute(action);
        }
    }
}
