package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AcceptorTest {

    private final Sockets sockets = Sockets.open("nio", 1);
    private final EmbeddedChannel listener = new EmbeddedChannel(new Acceptor(sockets, child -> {}));

    @AfterEach
    void close() {
        listener.close();
        sockets.close();
    }

    @Test
    void restsForLongerAndLongerUpToASecondWhenNothingCanBeAccepted() {
        listener.freezeTime();
        for (long rest : new long[] {100, 200, 400, 800, 1000, 1000}) {
            listener.pipeline().fireExceptionCaught(new IOException("accept: Too many open files"));

            assertThat(listener.config().isAutoRead()).isFalse();
            listener.advanceTimeBy(rest - 1, TimeUnit.MILLISECONDS);
            listener.runScheduledPendingTasks();
            assertThat(listener.config().isAutoRead()).isFalse();
            listener.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            listener.runScheduledPendingTasks();
            assertThat(listener.config().isAutoRead()).isTrue();
        }
    }
}
