package dev.culvert.plugin.yamux;

import dev.culvert.spi.Role;
import dev.culvert.spi.link.Link;
import dev.culvert.testkit.LinkPair;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.SocketPair;
import dev.culvert.testkit.StreamEnd;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A link, and at the other end of its connection a test that reads and writes the bytes itself. */
final class RawPeer implements AutoCloseable {

    private final SocketPair.Raw sockets;
    private final Link link;
    private final DataInputStream in;
    private final BlockingQueue<StreamEnd> accepted = new LinkedBlockingQueue<>();

    RawPeer(Loops loops, Role role, YamuxSettings settings) throws IOException {
        sockets = SocketPair.openRaw(loops);
        in = new DataInputStream(sockets.far().getInputStream());
        link = LinkPair.link(sockets.near(), new YamuxMultiplexer(settings), role);
        link.onStream(stream -> accepted.add(StreamEnd.of(stream)));
        link.start();
    }

    Link link() {
        return link;
    }

    SocketPair.Raw sockets() {
        return sockets;
    }

    StreamEnd accepted() throws InterruptedException {
        StreamEnd stream = accepted.poll(5, TimeUnit.SECONDS);
        if (stream == null) {
            throw new AssertionError("no stream was accepted");
        }
        return stream;
    }

    void send(byte[] bytes) throws IOException {
        sockets.far().getOutputStream().write(bytes);
    }

    void send(int type, int flags, int streamId, int length) throws IOException {
        send(Frames.frame(type, flags, streamId, length));
    }

    /** Sends bytes as a specification or an advisory shows them. */
    void sendHex(String hex) throws IOException {
        send(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** The next frame, with its payload dropped. */
    YamuxHeader next() throws IOException {
        int version = in.readByte();
        YamuxHeader header = new YamuxHeader(in.readUnsignedByte(), in.readUnsignedShort(), in.readInt(), in.readInt());
        if (version != 0) {
            throw new AssertionError("version " + version);
        }
        if (header.type() == YamuxHeader.TYPE_DATA) {
            in.skipNBytes(header.length());
        }
        return header;
    }

    /** The next frame that is not one of the pings by which the link measures round trips; answers these. */
    YamuxHeader nextButPings() throws IOException {
        for (; ; ) {
            YamuxHeader header = next();
            if (header.type() != YamuxHeader.TYPE_PING || !header.has(YamuxHeader.FLAG_SYN)) {
                return header;
            }
            send(YamuxHeader.TYPE_PING, YamuxHeader.FLAG_ACK, 0, header.length());
        }
    }

    @Override
    public void close() {
        link.close(null);
        sockets.close();
    }
}
