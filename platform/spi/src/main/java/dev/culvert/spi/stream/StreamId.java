package dev.culvert.spi.stream;

import io.netty.channel.ChannelId;

/** Names a stream after its connection: {@code 5f2a91c0/7}. Far smaller than Netty's own, which asks the machine. */
final class StreamId implements ChannelId {

    private static final long serialVersionUID = 1L;

    private final ChannelId connection;
    private final long number;

    StreamId(ChannelId connection, long number) {
        this.connection = connection;
        this.number = number;
    }

    @Override
    public String asShortText() {
        return connection.asShortText() + "/" + number;
    }

    @Override
    public String asLongText() {
        return connection.asLongText() + "/" + number;
    }

    @Override
    public int compareTo(ChannelId other) {
        if (!(other instanceof StreamId stream)) {
            return asLongText().compareTo(other.asLongText());
        }
        int byConnection = connection.compareTo(stream.connection);
        return byConnection != 0 ? byConnection : Long.compare(number, stream.number);
    }

    @Override
    public int hashCode() {
        return connection.hashCode() * 31 + Long.hashCode(number);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamId stream && number == stream.number && connection.equals(stream.connection);
    }

    @Override
    public String toString() {
        return asShortText();
    }
}
