package dev.culvert.plugin.protocol.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.testkit.LeakDetection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FrameTest {

    private static final Path PROTOCOL = Path.of("..", "..", "docs", "protocol.md");
    private static final Pattern VECTOR = Pattern.compile("```hex datagram (.*)\n([0-9a-f\\s]+)```");

    private final Heard heard = new Heard();

    @AfterEach
    void releasesEveryBuffer() {
        LeakDetection.check();
    }

    @Test
    void isWhatTheDocumentShows() throws IOException {
        Matcher vectors = VECTOR.matcher(Files.readString(PROTOCOL));
        List<String> found = new ArrayList<>();
        while (vectors.find()) {
            found.add(vectors.group(1));
            ByteBuf written = written(vectors.group(1));
            String hex = vectors.group(2).replaceAll("\\s", "");

            assertThat(ByteBufUtil.hexDump(written)).as(vectors.group(1)).isEqualTo(hex);

            new FrameReader(heard).feed(written);
            assertThat(heard.frames).last().asString().isEqualTo(vectors.group(1));
        }
        assertThat(found).hasSize(5);
    }

    @Test
    void readsFramesHoweverTheyAreCut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            ByteBuf all = PooledByteBufAllocator.DEFAULT.buffer();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String frame = anyFrame(random);
                expected.add(frame);
                ByteBuf one = written(frame);
                all.writeBytes(one);
                one.release();
            }
            Heard cut = new Heard();
            FrameReader reader = new FrameReader(cut);
            while (all.isReadable()) {
                int piece = Math.min(all.readableBytes(), random.nextBoolean() ? 1 + random.nextInt(9) : 3_000);
                reader.feed(all.readRetainedSlice(piece));
            }
            all.release();
            reader.close();

            assertThat(cut.frames).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void theLongestDatagramAndTheShortestAreWhole() {
        for (int length : new int[] {0, Frame.MOST_PAYLOAD}) {
            ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer();
            Frame.writeHeader(out, Frame.DATAGRAM, 7, length);
            out.writeZero(length);

            new FrameReader(heard).feed(out);

            assertThat(heard.lengths).last().isEqualTo(length);
        }
    }

    @Test
    void whatNoFrameCanBeIsAViolation() {
        for (String hex : List.of(
                "03" + "00000001" + "0000", // an unknown type
                "00" + "00000001" + "ffe4", // 65,508 bytes
                "01" + "00000001" + "0027", // longer than two addresses
                "01" + "00000001" + "0002" + "0500", // an unknown family
                "01" + "00000001" + "0003" + "040a00", // an address that is cut off
                "01" + "00000001" + "0003" + "000000", // something after the addresses
                "02" + "00000001" + "0001" + "13", // half a code
                "02" + "00000001" + "0403")) {
            assertThatThrownBy(
                            () -> new FrameReader(heard).feed(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex))))
                    .as(hex)
                    .isInstanceOfSatisfying(
                            CulvertException.class, e -> assertThat(e.code()).isEqualTo(WireError.PROTOCOL_VIOLATION));
        }
    }

    @Test
    void anyBytesAreFramesOrAViolation() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            ByteBuf bytes = i % 2 == 0 ? noise(random) : mutated(random);
            FrameReader reader = new FrameReader(heard);
            Throwable failure = catchThrowable(() -> {
                while (bytes.isReadable()) {
                    reader.feed(bytes.readRetainedSlice(Math.min(bytes.readableBytes(), 1 + random.nextInt(40))));
                }
            });
            reader.close();
            bytes.release();

            if (failure != null) {
                assertThat(failure).as("seed %d, round %d", seed, i).isInstanceOf(CulvertException.class);
            }
        }
    }

    @Test
    void aLongReasonIsCutAndControlCharactersAreNotPassedOn() {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer();
        Frame.writeClose(out, 1, new CulvertException(ServiceError.FAILED, "\u001b[31m" + "ü".repeat(5_000)));

        new FrameReader(heard).feed(out);

        assertThat(heard.causes.get(0).detail()).startsWith("?[31mü").hasSizeLessThanOrEqualTo(1024);
    }

    @Test
    void aCodeOfALaterVersionIsAFailureOfTheService() {
        ByteBuf out = Unpooled.buffer();
        Frame.writeHeader(out, Frame.CLOSE, 1, 4);
        out.writeShort(5_999).writeCharSequence("hm", StandardCharsets.UTF_8);

        new FrameReader(heard).feed(out);

        assertThat(heard.causes.get(0).code()).isEqualTo(ServiceError.FAILED);
    }

    private static ByteBuf noise(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 0) {
            bytes[0] = (byte) random.nextInt(4); // else hardly one gets past its type
        }
        return Unpooled.wrappedBuffer(bytes);
    }

    private static ByteBuf mutated(Random random) {
        ByteBuf bytes = Unpooled.buffer();
        for (int i = 0; i < 3; i++) {
            ByteBuf one = written(anyFrame(random));
            bytes.writeBytes(one);
            one.release();
        }
        bytes.setByte(random.nextInt(bytes.readableBytes()), random.nextInt(256));
        return bytes;
    }

    private static String anyFrame(Random random) {
        int flow = 1 + random.nextInt(1_000_000);
        return switch (random.nextInt(4)) {
            case 0 -> "open " + flow + " 203.0.113." + random.nextInt(256) + ":" + random.nextInt(65_536) + " -";
            case 1 -> "open " + flow + " [2001:db8::" + (1 + random.nextInt(9)) + "]:5353 192.0.2.1:53";
            case 2 -> "close " + flow + (random.nextBoolean() ? "" : " 5001 nobody is there.");
            default -> "send " + flow + " " + "x".repeat(random.nextInt(2_000));
        };
    }

    /** {@code send 1 text}, {@code open 1 visitor endpoint}, {@code close 1}, {@code close 1 code detail}. */
    private static ByteBuf written(String frame) {
        String[] words = frame.split(" ", 4);
        int flow = Integer.parseInt(words[1]);
        ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer();
        switch (words[0]) {
            case "open" -> Frame.writeOpen(out, flow, new StreamOrigin(address(words[2]), address(words[3])));
            case "close" ->
                Frame.writeClose(
                        out,
                        flow,
                        words.length == 2
                                ? null
                                : new CulvertException(
                                        ServiceError.values()[Integer.parseInt(words[2]) - 5001], words[3]));
            default -> {
                byte[] payload =
                        frame.substring(("send " + flow + " ").length()).getBytes(StandardCharsets.US_ASCII);
                Frame.writeHeader(out, Frame.DATAGRAM, flow, payload.length);
                out.writeBytes(payload);
            }
        }
        return out;
    }

    private static @Nullable InetSocketAddress address(String text) {
        if (text.equals("-")) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private static String text(@Nullable InetSocketAddress address) {
        if (address == null) {
            return "-";
        }
        String host = address.getAddress().getHostAddress().replace("2001:db8:0:0:0:0:0:", "2001:db8::");
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Writes down what it hears as {@link #written} reads it. */
    private static final class Heard implements FrameReceiver {

        private final List<String> frames = new ArrayList<>();
        private final List<Integer> lengths = new ArrayList<>();
        private final List<CulvertException> causes = new ArrayList<>();

        @Override
        public void datagram(int flow, ByteBuf payload) {
            lengths.add(payload.readableBytes());
            frames.add("send " + flow + " " + payload.toString(StandardCharsets.US_ASCII));
            payload.release();
        }

        @Override
        public void opened(int flow, StreamOrigin origin) {
            frames.add("open " + flow + " " + text(origin.visitor()) + " " + text(origin.endpoint()));
        }

        @Override
        public void closed(int flow, @Nullable CulvertException cause) {
            if (cause != null) {
                causes.add(cause);
            }
            frames.add(
                    "close " + flow + (cause == null ? "" : " " + cause.code().number() + " " + cause.detail()));
        }

        @Override
        public void turnEnded() {}

        @Override
        public void lost(@Nullable CulvertException cause) {}
    }
}
