package dev.culvert.plugin.transport.noise;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * Two arrays for one message each, plain and sealed. One pair a thread: a message is sealed or opened in one go, so all
 * connections of an event loop share them.
 */
record Scratch(byte[] plain, byte[] sealed) {

    private static final FastThreadLocal<Scratch> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
            return new Scratch(new byte[FrameReader.MAX_BYTES], new byte[FrameReader.MAX_BYTES]);
        }
    };

    static Scratch ofThisThread() {
        return OF_THREAD.get();
    }
}
