package dev.culvert.plugin.yamux;

import java.time.Duration;

/**
 * The keys of {@link YamuxMultiplexerFactory} with their values.
 *
 * @param maxStreams how many streams may be open at once
 * @param initialWindow what a new stream may be sent, in bytes
 * @param maxWindow what a fast stream's window may grow to
 * @param sessionWindow by how much the windows of all streams together may exceed the specification's
 * @param acceptBacklog how many streams may be opened without an acknowledgement
 * @param openTimeout how long further ones wait
 * @param pingInterval how often an idle session is asked for a sign of life
 * @param busyPingInterval the same while streams are open, if that is less
 * @param pingTimeout how long an answer may take
 */
record YamuxSettings(
        int maxStreams,
        int initialWindow,
        int maxWindow,
        long sessionWindow,
        int acceptBacklog,
        Duration openTimeout,
        Duration pingInterval,
        Duration busyPingInterval,
        Duration pingTimeout) {}
