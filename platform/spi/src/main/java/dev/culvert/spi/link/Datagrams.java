package dev.culvert.spi.link;

import io.netty.buffer.ByteBuf;

/** Unreliable messages beside the streams of a {@link Link}; the engine frames them on a stream where there are none. */
public interface Datagrams {

    /** The largest payload that fits, in bytes. */
    int maxPayload();

    /**
     * Sends one, or drops it if the link is busy.
     *
     * @param flow which flow it belongs to, agreed over a stream
     * @param payload its content; ownership passes
     */
    void send(long flow, ByteBuf payload);

    /**
     * Says who takes what the peer sends.
     *
     * @param receiver called on the link's loop
     */
    void onDatagram(Receiver receiver);

    /** Takes datagrams. */
    @FunctionalInterface
    interface Receiver {

        /**
         * Takes one.
         *
         * @param flow which flow it belongs to
         * @param payload its content; ownership passes
         */
        void receive(long flow, ByteBuf payload);
    }
}
