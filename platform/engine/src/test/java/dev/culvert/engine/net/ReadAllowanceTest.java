package dev.culvert.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.HostPort;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ReadAllowanceTest {

    private static final int ALLOWED = 10_000;
    private static final int SENT = 300_000;

    static Stream<String> kinds() {
        return Stream.of("nio", "epoll", "io_uring").filter(Sockets::isAvailable);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void noMoreIsReadUntilItIsLifted(String kind) throws Exception {
        List<Integer> reads = new CopyOnWriteArrayList<>();
        List<ReadAllowance> allowances = new CopyOnWriteArrayList<>();
        try (Sockets sockets = Sockets.open(kind, 1)) {
            Channel listener = sockets.listen(new HostPort("127.0.0.1", 0), connection -> {
                        allowances.add(ReadAllowance.of(connection, ALLOWED));
                        connection.pipeline().addLast(new Reader(reads, allowances));
                        sockets.eventLoops()
                                .register(connection)
                                .addListener(registered -> connection.config().setAutoRead(true));
                    })
                    .sync()
                    .getNow();
            try (Socket sender = new Socket("127.0.0.1", ((InetSocketAddress) listener.localAddress()).getPort())) {
                sender.getOutputStream().write(new byte[SENT]);

                await().until(() -> sum(reads) == SENT);
                int allowed = 0;
                int i = 0;
                while (allowed <= ALLOWED) {
                    allowed += reads.get(i++);
                }
                assertThat(allowed).isEqualTo(ALLOWED + 1);
            }
        }
    }

    private static int sum(List<Integer> reads) {
        return reads.stream().mapToInt(Integer::intValue).sum();
    }

    /** Trusts its peer once there is more than was allowed. */
    private static final class Reader extends ChannelInboundHandlerAdapter {

        private final List<Integer> reads;
        private final List<ReadAllowance> allowances;

        Reader(List<Integer> reads, List<ReadAllowance> allowances) {
            this.reads = reads;
            this.allowances = allowances;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            reads.add(buffer.readableBytes());
            buffer.release();
            if (sum(reads) > ALLOWED) {
                allowances.get(0).lift();
            }
        }
    }
}
