package dev.culvert.spi.dialect;

/**
 * A session protocol. Either a {@link StreamDialect}, on a multiplexer, or a {@link ChannelDialect}, on the bare private
 * connection ({@code multiplexer = "none"}).
 */
public sealed interface Dialect permits StreamDialect, ChannelDialect {

    /**
     * Whether a session of this dialect has to prove who it is. Where it need not, the platform insists on loopback
     * unless the file says otherwise, and no login deadline applies.
     */
    boolean authenticates();

    /**
     * Whether tunnels are asked for by the client. Where they are not, the server's file declares them, and every
     * session serves all of them.
     */
    boolean negotiatesTunnels();
}
