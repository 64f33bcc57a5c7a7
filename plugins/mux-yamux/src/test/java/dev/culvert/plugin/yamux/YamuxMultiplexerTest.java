package dev.culvert.plugin.yamux;

import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.testkit.MultiplexerTck;

final class YamuxMultiplexerTest extends MultiplexerTck {

    @Override
    protected Multiplexer multiplexer(WireLimits limits) {
        YamuxSettings usual = new YamuxMultiplexerFactory().settings();
        return new YamuxMultiplexer(new YamuxSettings(
                limits.maxStreams(),
                usual.initialWindow(),
                usual.maxWindow(),
                usual.sessionWindow(),
                limits.backlog(),
                limits.openTimeout(),
                usual.pingInterval(),
                limits.silence().dividedBy(3),
                limits.silence().multipliedBy(2).dividedBy(3)));
    }

    @Override
    protected Wire wire() {
        return new Wire() {
            @Override
            public byte[] open(int stream) {
                return Frames.frame(YamuxHeader.TYPE_WINDOW_UPDATE, YamuxHeader.FLAG_SYN, id(stream), 0);
            }

            @Override
            public byte[] data(int stream, byte[] payload) {
                return Frames.data(0, id(stream), payload);
            }

            @Override
            public byte[] finish(int stream) {
                return Frames.frame(YamuxHeader.TYPE_WINDOW_UPDATE, YamuxHeader.FLAG_FIN, id(stream), 0);
            }

            @Override
            public int initialWindow() {
                return YamuxHeader.INITIAL_WINDOW;
            }

            private int id(int stream) {
                return 2 * stream + 1;
            }
        };
    }
}
