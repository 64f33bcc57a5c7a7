package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testkit.Loops;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DialTest {

    private final EventLoop loop = Loops.NIO.next();
    private final Promise<DuplexChannel> result = loop.newPromise();

    @Test
    void aSocketThatGotConnectedWithItselfIsRefused() throws Exception {
        // What the kernel does by chance, one time in 28,000, when a service on such a port is down.
        try (SocketChannel own = SocketChannel.open()) {
            own.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            InetSocketAddress itself = (InetSocketAddress) own.getLocalAddress();
            NioSocketChannel channel = new NioSocketChannel(own);

            loop.execute(new Dial(loop, remote -> channel, List.of(itself), result)::next);

            assertThat(result.await().cause()).isInstanceOf(ConnectException.class);
            assertThat(channel.closeFuture().await(5_000)).isTrue();
        }
    }

    @Test
    void aSocketThatCannotBeMadeFailsTheDial() throws Exception {
        ChannelException tooMany = new ChannelException("Too many open files");
        Dial dial = new Dial(
                loop,
                remote -> {
                    throw tooMany;
                },
                List.of(new InetSocketAddress("127.0.0.1", 1), new InetSocketAddress("::1", 1)),
                result);

        loop.execute(dial::next);

        assertThat(result.await().cause()).isSameAs(tooMany);
    }
}
