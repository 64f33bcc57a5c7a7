package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Principal;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.link.Link;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server that has let this client in, as the client has it. */
final class ConnectedServer implements RemoteServer, Party {

    private final Link link;
    private final ClientHost host;
    private final Conversation conversation;
    private final Map<Integer, Tunnel> tunnels = new HashMap<>();
    private volatile String sessionId = "";
    private @Nullable ClientRenewal renewal;
    private volatile @Nullable Principal principal;
    private volatile @Nullable Duration ahead;
    private volatile boolean revises;
    private int lastId;

    ConnectedServer(Link link, ClientHost host, Conversation conversation) {
        this.link = link;
        this.host = host;
        this.conversation = conversation;
    }

    /**
     * The server has let this client in.
     *
     * @param session the server's id
     * @param known who it takes this client for, or null if it does not say
     * @param timeMs what time it has, or null if it does not say
     */
    void begin(String session, @Nullable Principal known, @Nullable Long timeMs) {
        sessionId = session;
        ahead = timeMs == null ? null : Duration.ofMillis(timeMs - System.currentTimeMillis());
        principal = known;
    }

    /** The server takes newer limits of tunnels. */
    void revises() {
        revises = true;
    }

    /** The server takes newer credentials. */
    void renews(ClientRenewal newer) {
        renewal = newer;
        newer.await();
    }

    /** Takes a stream that the server opened. */
    void accept(DuplexChannel stream) {
        if (conversation.phase().isLoggedIn()) {
            stream.pipeline().addFirst(new StreamHeaderHandler(this::deliver));
            return;
        }
        Conversation.reset(stream);
        if (!conversation.isClosed()) {
            conversation.fail(Conversation.violation("the server opened a stream before the login was done."));
        }
    }

    private void deliver(StreamHeader header, DuplexChannel stream) {
        Tunnel tunnel = tunnels.get(header.tunnel());
        var reply = new StreamReply(stream);
        if (tunnel == null) {
            reply.refused(new CulvertException(
                    ServiceError.NOT_LISTED,
                    "this client has no tunnel of number " + Integer.toUnsignedString(header.tunnel()) + "."));
        } else {
            host.deliver(tunnel.name, header.origin(), stream, reply);
        }
    }

    @Override
    public void receive(Message message) {
        if (message instanceof Message.TunnelOpened opened) {
            opened(opened);
        } else if (message instanceof Message.TunnelRefused refused) {
            closed(refused.id(), refused.cause());
        } else if (message instanceof Message.TunnelClosed closed) {
            closed(closed.id(), closed.cause());
        } else if (message instanceof Message.TunnelPaused paused) {
            paused(paused);
        } else if (message instanceof Message.Drain drain) {
            drain(drain);
        } else if (renewal != null && message instanceof Message.Renewed) {
            renewal.renewed();
        } else if (renewal != null && message instanceof Message.RenewRefused refused) {
            renewal.refused(refused);
        } else {
            throw Conversation.violation(
                    "a message of type " + message.getClass().getSimpleName() + " came after the login.");
        }
    }

    private void opened(Message.TunnelOpened opened) {
        Tunnel tunnel = tunnels.get(opened.id());
        if (tunnel == null) {
            return; // given up meanwhile
        }
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(Text.printable(opened.endpoint(), Limits.TEXT));
        } catch (IllegalArgumentException e) {
            throw Conversation.violation("tunnel_opened: " + e.getMessage());
        }
        tunnel.opened(endpoint);
    }

    private void closed(int id, CulvertException cause) {
        Tunnel tunnel = tunnels.remove(id);
        if (tunnel != null && !tunnel.refused(cause)) {
            host.tunnelClosed(tunnel.name, cause);
        }
    }

    private void paused(Message.TunnelPaused paused) {
        Tunnel tunnel = tunnels.get(paused.id());
        if (tunnel != null) { // else it was given up a moment ago
            host.tunnelPaused(tunnel.name, paused.paused());
        }
    }

    private void drain(Message.Drain drain) {
        if (conversation.phase() == Phase.ACTIVE) {
            conversation.to(Phase.DRAINING);
        }
        host.draining(Duration.ofMillis(Math.max(0, drain.deadlineMs())));
    }

    @Override
    public void ended(@Nullable CulvertException cause) {
        if (renewal != null) {
            renewal.end();
        }
        var failure = cause != null
                ? cause
                : new CulvertException(WireError.CONNECTION_LOST, "the session ended before the server answered.");
        List.copyOf(tunnels.values()).forEach(tunnel -> tunnel.refused(failure));
        tunnels.clear();
    }

    @Override
    public String sessionId() {
        return sessionId;
    }

    @Override
    public Optional<Principal> principal() {
        return Optional.ofNullable(principal);
    }

    @Override
    public Optional<Duration> clockAhead() {
        return Optional.ofNullable(ahead);
    }

    @Override
    public CompletionStage<Optional<Endpoint>> openTunnel(TunnelRequest request) {
        var answer = new CompletableFuture<Optional<Endpoint>>();
        conversation.execute(() -> {
            try {
                open(request, answer);
            } catch (CulvertException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private void open(TunnelRequest request, CompletableFuture<Optional<Endpoint>> answer) {
        if (conversation.phase() != Phase.ACTIVE) {
            throw conversation.isClosed()
                    ? new CulvertException(WireError.CONNECTION_LOST, "the session has ended.")
                    : new CulvertException(TunnelError.SERVER_DRAINING, "the server is going to stop.");
        }
        int id = lastId + 1;
        Message.TunnelOpen open = TunnelRequests.write(id, request);
        lastId = id;
        ScheduledFuture<?> patience = conversation
                .eventLoop()
                .schedule(() -> noAnswer(id), Limits.TUNNEL_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        tunnels.put(id, new Tunnel(request.name(), answer, patience));
        conversation.send(open);
    }

    private void noAnswer(int id) {
        Tunnel tunnel = tunnels.remove(id);
        if (tunnel != null) {
            tunnel.refused(new CulvertException(
                    WireError.OPEN_TIMEOUT,
                    "the server did not answer within " + Limits.TUNNEL_ANSWER.toSeconds() + " s."));
            conversation.send(new Message.TunnelClose(id));
        }
    }

    @Override
    public void closeTunnel(String name) {
        conversation.execute(() -> List.copyOf(tunnels.entrySet()).stream()
                .filter(entry -> entry.getValue().name.equals(name))
                .forEach(entry -> {
                    tunnels.remove(entry.getKey());
                    entry.getValue().refused(new CulvertException(TunnelError.CLOSED, "this client gave it up."));
                    conversation.send(new Message.TunnelClose(entry.getKey()));
                }));
    }

    @Override
    public boolean reviseTunnel(TunnelRequest request) {
        Map<String, Object> parameters = request.parameters();
        if (!revises || !TunnelRequests.fit(parameters)) {
            return false;
        }
        conversation.execute(() -> tunnels.forEach((id, tunnel) -> {
            if (tunnel.name.equals(request.name())) {
                conversation.send(new Message.TunnelRevise(id, parameters));
            }
        }));
        return true;
    }

    /** A server that does not know the message says so, and this client refuses the streams itself. */
    @Override
    public void pauseTunnel(String name, boolean paused) {
        conversation.execute(() -> tunnels.forEach((id, tunnel) -> {
            if (tunnel.name.equals(name)) {
                conversation.send(new Message.TunnelPause(id, paused));
            }
        }));
    }

    /** A server that does not know the message says so, and goes by what becomes of streams. */
    @Override
    public void tunnelHealth(String name, @Nullable CulvertException trouble) {
        conversation.execute(() -> tunnels.forEach((id, tunnel) -> {
            if (tunnel.name.equals(name)) {
                conversation.send(Message.TunnelHealth.of(id, trouble));
            }
        }));
    }

    /** The control stream is none of a visitor's. */
    @Override
    public int streams() {
        return Math.max(0, link.streams() - 1);
    }

    @Override
    public Future<Duration> ping() {
        return link.ping();
    }

    @Override
    public void goAway() {
        link.goAway();
    }

    @Override
    public void close(@Nullable CulvertException cause) {
        conversation.execute(() -> conversation.close(cause));
    }

    @Override
    public Future<Void> closeFuture() {
        return conversation.closeFuture();
    }

    /** One that this client asked for; it counts as known from then on, since a visitor may outrun the answer. */
    private static final class Tunnel {

        final String name;
        private final CompletableFuture<Optional<Endpoint>> answer;
        private final ScheduledFuture<?> patience;

        Tunnel(String name, CompletableFuture<Optional<Endpoint>> answer, ScheduledFuture<?> patience) {
            this.name = name;
            this.answer = answer;
            this.patience = patience;
        }

        void opened(Endpoint endpoint) {
            patience.cancel(false);
            answer.complete(Optional.of(endpoint));
        }

        /** Whether somebody was still waiting for it. */
        boolean refused(CulvertException cause) {
            patience.cancel(false);
            return answer.completeExceptionally(cause);
        }
    }
}
