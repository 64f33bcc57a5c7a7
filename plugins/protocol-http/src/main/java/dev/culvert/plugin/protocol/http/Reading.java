package dev.culvert.plugin.protocol.http;

import io.netty.channel.Channel;

/** Whether a visitor's channel is read: while there is no reason against it. Lives on the channel's loop. */
final class Reading {

    /** Why a channel is not read. */
    enum Reason {
        /** There is no stream yet that could take a body. */
        NO_STREAM,
        /** The stream is full. */
        FULL,
        /** The visitor has sent the next request before this one was answered. */
        AHEAD
    }

    private final Channel channel;
    private int reasons;

    Reading(Channel channel) {
        this.channel = channel;
    }

    void pause(Reason reason) {
        if (reasons == 0) {
            channel.config().setAutoRead(false);
        }
        reasons |= 1 << reason.ordinal();
    }

    void resume(Reason reason) {
        int before = reasons;
        reasons &= ~(1 << reason.ordinal());
        if (before != 0 && reasons == 0) {
            channel.config().setAutoRead(true);
        }
    }

    /** Whether the visitor could send if it wanted to. */
    boolean isOn() {
        return reasons == 0;
    }
}
