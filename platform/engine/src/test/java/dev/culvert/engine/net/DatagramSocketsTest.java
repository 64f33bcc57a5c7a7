package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.HostPort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass(name = "{0}")
@MethodSource("kinds")
final class DatagramSocketsTest {

    private static final int[] LENGTHS = {0, 1, 1_200, 9_000, 65_507, 0, 1_200};

    private final String kind;
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private Sockets sockets;

    DatagramSocketsTest(String kind) {
        this.kind = kind;
    }

    static Stream<String> kinds() {
        return Stream.of("nio", "epoll", "io_uring").filter(Sockets::isAvailable);
    }

    @BeforeEach
    void open() {
        sockets = Sockets.open(kind, 1, Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void datagramsOfEveryLengthGoBothWays() throws Exception {
        DatagramChannel open = ready(sockets.bindDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", 0)));
        echo(open);
        DatagramChannel flow =
                ready(sockets.connectDatagrams(sockets.eventLoops().next(), address(open)));
        BlockingQueue<byte[]> answers = answers(flow);

        for (int length : LENGTHS) {
            byte[] sent = new byte[length];
            new Random(length).nextBytes(sent);
            flow.writeAndFlush(Unpooled.copiedBuffer(sent));

            assertThat(answers.poll(5, TimeUnit.SECONDS)).as("%d bytes", length).isEqualTo(sent);
        }
    }

    @Test
    void manyThatAreWrittenTogetherArriveEachByItself() throws Exception {
        DatagramChannel open = ready(sockets.bindDatagrams(sockets.eventLoops().next(), new HostPort("", 0)));
        echo(open);
        DatagramChannel flow =
                ready(sockets.connectDatagrams(sockets.eventLoops().next(), address(open)));
        BlockingQueue<byte[]> answers = answers(flow);

        for (int i = 0; i < 50; i++) {
            flow.write(Unpooled.copiedBuffer(new byte[i * 20]));
        }
        flow.flush();

        boolean[] seen = new boolean[50];
        for (int i = 0; i < 50; i++) {
            byte[] answer = answers.poll(5, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            seen[answer.length / 20] = true;
        }
        assertThat(seen).doesNotContain(false);
    }

    @Test
    void allAddressesMeansBothFamilies() throws Exception {
        DatagramChannel open = ready(sockets.bindDatagrams(sockets.eventLoops().next(), new HostPort("", 0)));
        BlockingQueue<byte[]> heard = answers(open);
        for (String host : new String[] {"127.0.0.1", "::1"}) {
            try (DatagramSocket visitor = new DatagramSocket()) {
                visitor.send(new java.net.DatagramPacket(
                        new byte[7],
                        7,
                        new InetSocketAddress(host, open.localAddress().getPort())));
            }
            assertThat(heard.poll(5, TimeUnit.SECONDS)).as(host).hasSize(7);
        }
    }

    @Test
    void aPortThatIsTakenIsABindException() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Future<DatagramChannel> bound =
                    sockets.bindDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", taken.getLocalPort()));

            assertThatThrownBy(() -> ready(bound)).isInstanceOf(BindException.class);
        }
    }

    @Test
    void aServiceThatIsNotThereIsAPortUnreachableAndTheSocketStaysOpen() throws Exception {
        int port;
        try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = gone.getLocalPort();
        }
        DatagramChannel flow =
                ready(sockets.connectDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", port)));
        answers(flow);

        flow.writeAndFlush(Unpooled.copiedBuffer(new byte[1]));

        assertThat(failures.poll(5, TimeUnit.SECONDS)).isInstanceOf(PortUnreachableException.class);
        assertThat(flow.isOpen()).isTrue();
    }

    @Test
    void aNameThatDoesNotResolveIsAnUnknownHost() {
        Future<DatagramChannel> connecting =
                sockets.connectDatagrams(sockets.eventLoops().next(), new HostPort("no-such-host.invalid", 53));

        assertThatThrownBy(() -> ready(connecting)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void socketsCountAsDescriptorsAndOneTooManyIsRefused() throws Exception {
        ready(sockets.bindDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", 0)));
        sockets.atMost(2);
        DatagramChannel second =
                ready(sockets.connectDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", 9)));

        assertThatThrownBy(() ->
                        ready(sockets.connectDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", 9))))
                .hasMessageContaining("max_connections");

        second.close().sync();
        ready(sockets.connectDatagrams(sockets.eventLoops().next(), new HostPort("127.0.0.1", 9)));
    }

    private void echo(DatagramChannel socket) {
        socket.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                DatagramPacket packet = (DatagramPacket) message;
                ctx.write(new DatagramPacket(packet.content(), packet.sender()));
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                ctx.flush();
            }
        });
        socket.config().setAutoRead(true);
    }

    private BlockingQueue<byte[]> answers(DatagramChannel socket) {
        BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        socket.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf content = ((DatagramPacket) message).content();
                byte[] bytes = new byte[content.readableBytes()];
                content.readBytes(bytes).release();
                answers.add(bytes);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                failures.add(cause);
            }
        });
        socket.config().setAutoRead(true);
        return answers;
    }

    private static HostPort address(Channel socket) {
        return new HostPort("127.0.0.1", ((InetSocketAddress) socket.localAddress()).getPort());
    }

    private static DatagramChannel ready(Future<DatagramChannel> opening) throws Exception {
        assertThat(opening.await(5, TimeUnit.SECONDS)).isTrue();
        if (!opening.isSuccess()) {
            throw (Exception) opening.cause();
        }
        return opening.getNow();
    }
}
