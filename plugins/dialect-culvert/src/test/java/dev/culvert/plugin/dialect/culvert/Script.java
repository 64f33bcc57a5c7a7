package dev.culvert.plugin.dialect.culvert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.link.Link;
import dev.culvert.testkit.KitSession;
import dev.culvert.testkit.Tape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** One end of a session played by hand, with a codec of its own: what {@code docs/protocol.md} says and nothing else. */
final class Script {

    static final ObjectMapper JSON = new ObjectMapper();

    private final DuplexChannel control;
    private final Tape tape;
    private int read;
    private boolean polite = true;

    private Script(DuplexChannel control) {
        this.control = control;
        tape = Tape.rolling(control);
    }

    /** Plays the client on a link whose server's end is served. */
    static Script client(Link link) {
        link.onStream(stream -> {});
        link.start();
        return new Script(KitSession.await(link.openStream()));
    }

    /** Plays the server on a link; waits for the client's control stream. */
    static Script server(Link link) {
        BlockingQueue<DuplexChannel> streams = new LinkedBlockingQueue<>();
        link.onStream(streams::add);
        link.start();
        return new Script(KitSession.next(streams));
    }

    void say(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        say(Unpooled.buffer().writeInt(bytes.length).writeBytes(bytes));
    }

    void say(ByteBuf bytes) {
        control.writeAndFlush(bytes);
    }

    /** What the other end says next. */
    JsonNode hear() {
        try {
            Awaitility.await()
                    .atMost(5, TimeUnit.SECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> available() >= 4 && available() >= 4 + length());
            byte[] json = new byte[length()];
            ByteBuffer.wrap(tape.bytes(), read + 4, json.length).get(json);
            read += 4 + json.length;
            JsonNode message = JSON.readTree(json);
            boolean last = message.get("type").asText().equals("auth_refused")
                    || message.path("fatal").asBoolean();
            if (last && polite) {
                control.shutdownOutput();
            }
            return message;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Does not send FIN after the other end's last message, as it should. */
    void neverFinish() {
        polite = false;
    }

    private int available() {
        return tape.bytes().length - read;
    }

    private int length() {
        return ByteBuffer.wrap(tape.bytes(), read, 4).getInt();
    }

    /** Whether the other end has said nothing that was not heard. */
    boolean silent() {
        return available() == 0;
    }

    boolean ended() {
        return tape.ended() || tape.inactive();
    }

    DuplexChannel control() {
        return control;
    }

    /** Bytes as the specification writes them. */
    static ByteBuf hex(String hex) {
        return Unpooled.buffer().writeBytes(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
    }

    static boolean becomesWritable(Channel channel, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!channel.isWritable() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return channel.isWritable();
    }
}
