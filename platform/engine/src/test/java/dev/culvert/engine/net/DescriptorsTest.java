package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.HostPort;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class DescriptorsTest {

    @ParameterizedTest
    @CsvSource({
        "1024, 200, 760",
        "1048576, 300, 1048212",
        "256, 200, 128",
        "2147483647, 300, 2147483647",
    })
    void aReserveStaysBelowTheLimit(int limit, int openAtStart, int most) {
        assertThat(Descriptors.within(limit, openAtStart)).isEqualTo(most);
        assertThat(new Descriptors(most).limit())
                .isEqualTo(most
                        + " connections are open, which is all that the limit of descriptors leaves beside a reserve.");
    }

    static Stream<String> kinds() {
        return Stream.of("nio", "epoll", "io_uring").filter(Sockets::isAvailable);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void beyondTheLimitConnectionsAreRefusedUntilOthersHaveGone(String kind) throws Exception {
        Queue<DuplexChannel> accepted = new ConcurrentLinkedQueue<>();
        try (Sockets sockets = Sockets.open(kind, 1)) {
            Channel listener = sockets.listen(new HostPort("127.0.0.1", 0), accepted::add)
                    .sync()
                    .getNow();
            sockets.atMost(3); // the listener and two
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            try (Socket one = new Socket("127.0.0.1", port);
                    Socket two = new Socket("127.0.0.1", port)) {
                await().until(() -> accepted.size() == 2);

                assertThat(isReset(port)).isTrue();
                assertThat(sockets.refusedConnections()).isEqualTo(Map.of("CLV-4018", 1L));
                assertThat(sockets.connectionLimit())
                        .isEqualTo("3 connections are open, which is all that max_connections allows.");
                assertThat(accepted).hasSize(2);

                // One goes unregistered, one registered: both give their place back.
                sockets.discard(accepted.remove(), true);
                DuplexChannel other = accepted.remove();
                sockets.eventLoops().register(other).sync();
                other.close().sync();
                await().until(() -> sockets.connections() == 1);
                try (Socket three = new Socket("127.0.0.1", port)) {
                    await().until(() -> accepted.size() == 1);
                    sockets.discard(accepted.remove(), true);
                }
            }
        }
    }

    private static boolean isReset(int port) throws Exception {
        try (Socket refused = new Socket("127.0.0.1", port)) {
            refused.setSoTimeout(20_000);
            return refused.getInputStream().read() < 0;
        } catch (java.net.SocketException e) {
            return true;
        }
    }
}
