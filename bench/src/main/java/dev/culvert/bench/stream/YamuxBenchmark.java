package dev.culvert.bench.stream;

import dev.culvert.plugin.yamux.YamuxMultiplexerFactory;
import dev.culvert.spi.Role;
import dev.culvert.testkit.TestPluginContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Two yamux links in one thread, with nothing between them: what a message costs that is written to a stream, framed,
 * parsed, delivered and granted again, without sockets; and what a stream costs from its opening to its end.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class YamuxBenchmark {

    /** How many streams take turns. */
    @Param({"1", "64"})
    public int streams = 1;

    /** Bytes of a message. */
    @Param({"128", "65536"})
    public int bytes = 128;

    private @Nullable TestPluginContext context;
    private @Nullable LinkedEnds ends;
    private final List<DuplexChannel> writers = new ArrayList<>();
    private int turn;

    /** Opens the links and their streams. */
    @Setup
    public void open() throws Exception {
        Path data = Files.createTempDirectory("yamux-benchmark");
        context = new TestPluginContext(Role.SERVER, data);
        ends = new LinkedEnds(new YamuxMultiplexerFactory().build(context));
        for (int i = 0; i < streams; i++) {
            writers.add(ends.open(new Sink()));
        }
    }

    /** Closes them. */
    @TearDown
    public void close() {
        if (ends != null && context != null) {
            ends.close();
            context.close();
        }
    }

    /** One message from a stream's one end to its other. */
    @Benchmark
    public void message() {
        DuplexChannel writer = writers.get(turn);
        turn = (turn + 1) % writers.size();
        ByteBuf message = PooledByteBufAllocator.DEFAULT.directBuffer(bytes);
        writer.writeAndFlush(message.writerIndex(bytes), writer.voidPromise());
        ends().exchange();
    }

    /** A stream from its opening to its end, a byte in one direction. */
    @Benchmark
    public void stream() {
        DuplexChannel stream = ends().open(new Sink());
        stream.writeAndFlush(PooledByteBufAllocator.DEFAULT.directBuffer(1).writeByte(7));
        stream.shutdownOutput();
        ends().exchange();
        if (stream.isOpen()) {
            throw new IllegalStateException("the stream has not ended");
        }
    }

    private LinkedEnds ends() {
        if (ends == null) {
            throw new IllegalStateException("not set up");
        }
        return ends;
    }

    /** Reads, and answers an end with an end. */
    private static final class Sink extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((ByteBuf) message).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // a stream that is open when the benchmark ends
        }
    }
}
