package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.HostPort;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.uring.IoUringChannelOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ControlSocketTest {

    @ParameterizedTest
    @MethodSource("kinds")
    void limitsWhatWaitsInTheKernelAndForHowLong(String kind) throws Exception {
        try (Sockets sockets = Sockets.open(kind, 1);
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DuplexChannel raw = sockets.connect(
                            sockets.eventLoops().next(), new HostPort("127.0.0.1", server.getLocalPort()))
                    .sync()
                    .getNow();

            ControlSocket.tune(raw);

            assertThat(raw.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            if (kind.equals("epoll")) {
                assertThat(raw.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                        .isEqualTo(15_000);
                assertThat(raw.config().getOption(EpollChannelOption.TCP_NOTSENT_LOWAT))
                        .isEqualTo(131_072L);
            } else if (kind.equals("io_uring")) {
                assertThat(raw.config().getOption(IoUringChannelOption.TCP_USER_TIMEOUT))
                        .isEqualTo(15_000);
                assertThat(raw.config().getOption(IoUringChannelOption.TCP_NOTSENT_LOWAT))
                        .isEqualTo(131_072L);
            }
            raw.close().sync();
        }
    }

    static Stream<String> kinds() {
        return Stream.of("nio", "epoll", "io_uring").filter(Sockets::isAvailable);
    }
}
