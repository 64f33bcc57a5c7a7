package dev.culvert.plugin.dialect.culvert;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.ServerSession;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A client that has logged in, as the server has it. */
final class ServedClient implements RemoteClient, Party {

    private final Link link;
    private final Conversation conversation;
    private final @Nullable ServerRenewal renewal;
    private final ServedTunnels tunnels = new ServedTunnels();
    private @Nullable ServerSession session;
    private Message.@Nullable Drain announcement;
    private int lastId;

    /**
     * Makes one.
     *
     * @param renewal null if the client cannot renew its credential
     */
    ServedClient(Link link, Conversation conversation, @Nullable ServerRenewal renewal) {
        this.renewal = renewal;
        this.link = link;
        this.conversation = conversation;
    }

    /** The client knows that it is in. */
    void begin(ServerSession admitted) {
        session = admitted;
        if (announcement != null) {
            announce(announcement);
        }
    }

    @Override
    public void receive(Message message) {
        if (message instanceof Message.TunnelOpen open) {
            open(open);
        } else if (message instanceof Message.TunnelClose close) {
            close(close.id());
        } else if (message instanceof Message.TunnelRevise revise) {
            revise(revise);
        } else if (message instanceof Message.TunnelPause pause) {
            pause(pause);
        } else if (message instanceof Message.TunnelHealth health) {
            health(health);
        } else if (renewal != null && message instanceof Message.Renew renew) {
            renewal.take(renew);
        } else {
            throw Conversation.violation("a message of type "
                    + message.getClass().getSimpleName() + " came from a client that has logged in.");
        }
    }

    private void open(Message.TunnelOpen open) {
        if (open.id() <= lastId) {
            throw Conversation.violation("tunnel id " + open.id() + " (expected: more than " + lastId + ").");
        }
        lastId = open.id();
        TunnelRequest request;
        try {
            request = TunnelRequests.read(open);
            if (conversation.phase() == Phase.DRAINING) {
                throw new CulvertException(TunnelError.SERVER_DRAINING, "the server is going to stop.");
            }
            // Before it is open: the first visitor may be there before this loop hears that it is.
            tunnels.add(open.id(), request.name());
        } catch (CulvertException e) {
            conversation.send(Message.TunnelRefused.of(open.id(), e));
            return;
        }
        ask(request)
                .whenComplete((endpoint, failure) -> conversation.execute(() -> opened(open.id(), endpoint, failure)));
    }

    private CompletionStage<Endpoint> ask(TunnelRequest request) {
        try {
            return requireNonNull(session, "session").openTunnel(request);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void opened(int id, @Nullable Endpoint endpoint, @Nullable Throwable failure) {
        ServedTunnels.Tunnel tunnel = tunnels.get(id);
        if (tunnel == null) {
            return; // the platform closed it meanwhile
        }
        if (endpoint == null) {
            tunnels.remove(tunnel);
            Throwable cause = failure == null ? new IllegalStateException("no answer") : failure;
            conversation.send(Message.TunnelRefused.of(
                    id, Codes.of(cause, TunnelError.CLOSED, "the server could not open it; its log says why.")));
        } else if (tunnel.unwanted) {
            close(tunnel);
        } else {
            tunnel.open = true;
            conversation.send(new Message.TunnelOpened(id, endpoint.toString()));
            if (tunnel.paused) {
                conversation.send(new Message.TunnelPaused(id, true));
            }
        }
    }

    private void close(int id) {
        ServedTunnels.Tunnel tunnel = tunnels.get(id);
        if (tunnel == null) {
            return; // the server closed it a moment ago, and the client knows by now
        }
        if (tunnel.open) {
            close(tunnel);
        } else {
            tunnel.unwanted = true; // its name stays taken until the platform has answered
        }
    }

    private void revise(Message.TunnelRevise revise) {
        ServedTunnels.Tunnel tunnel = tunnels.get(revise.id());
        if (!TunnelRequests.fit(revise.parameters())) {
            throw Conversation.violation("tunnel_revise: too many parameters.");
        }
        if (tunnel != null) { // else it was closed a moment ago
            requireNonNull(session, "session")
                    .reviseTunnel(new TunnelRequest(tunnel.name, "", OnConflict.REJECT, "", revise.parameters()));
        }
    }

    private void pause(Message.TunnelPause pause) {
        ServedTunnels.Tunnel tunnel = tunnels.get(pause.id());
        if (tunnel != null) { // else it was closed a moment ago
            requireNonNull(session, "session").pauseTunnel(tunnel.name, pause.paused());
        }
    }

    private void health(Message.TunnelHealth health) {
        ServedTunnels.Tunnel tunnel = tunnels.get(health.id());
        if (tunnel != null) { // else it was closed a moment ago
            requireNonNull(session, "session").tunnelHealth(tunnel.name, health.trouble());
        }
    }

    private void close(ServedTunnels.Tunnel tunnel) {
        tunnels.remove(tunnel);
        requireNonNull(session, "session").closeTunnel(tunnel.name);
        conversation.send(
                Message.TunnelClosed.of(tunnel.id, new CulvertException(TunnelError.CLOSED, "the client gave it up.")));
    }

    @Override
    public void ended(@Nullable CulvertException cause) {
        // The platform hears it from the close future.
    }

    @Override
    public EventLoop eventLoop() {
        return link.eventLoop();
    }

    /** The control stream is none of a visitor's. */
    @Override
    public int streams() {
        return Math.max(0, link.streams() - 1);
    }

    @Override
    public boolean isDraining() {
        return link.goAwayFuture().isDone();
    }

    @Override
    public boolean isDoubtful() {
        return link.isDoubtful();
    }

    @Override
    public Future<TunnelStream> openStream(String tunnel, StreamOrigin origin) {
        Promise<TunnelStream> opened = eventLoop().newPromise();
        conversation.execute(() -> openStream(tunnel, origin, opened));
        return opened;
    }

    private void openStream(String tunnel, StreamOrigin origin, Promise<TunnelStream> opened) {
        ServedTunnels.Tunnel known = tunnels.named(tunnel);
        if (conversation.phase() != Phase.ACTIVE) {
            opened.tryFailure(new CulvertException(WireError.GOING_AWAY, "the session takes no new streams."));
        } else if (known == null) {
            opened.tryFailure(
                    new CulvertException(TunnelError.NO_SUCH_TUNNEL, "the session has no tunnel \"" + tunnel + "\"."));
        } else {
            var header = new StreamHeader(known.id, origin);
            link.openStream().addListener((Future<DuplexChannel> stream) -> {
                if (stream.isSuccess()) {
                    prepare(stream.getNow(), header, opened);
                } else {
                    opened.tryFailure(stream.cause());
                }
            });
        }
    }

    private void prepare(DuplexChannel stream, StreamHeader header, Promise<TunnelStream> opened) {
        var result = new DialResultHandler(stream.eventLoop().newPromise());
        stream.pipeline().addFirst(result);
        stream.write(header.encode(stream.alloc()), stream.voidPromise());
        if (!opened.trySuccess(new TunnelStream(stream, result.connected()))) {
            Conversation.reset(stream); // nobody waits for it any more
            return;
        }
        // Bytes that are at hand travel in the same write as the header; a service that speaks first must not wait.
        eventLoop().execute(stream::flush);
    }

    @Override
    public void tunnelClosed(String tunnel, CulvertException cause) {
        conversation.execute(() -> {
            ServedTunnels.Tunnel known = tunnels.named(tunnel);
            if (known != null) {
                tunnels.remove(known);
                conversation.send(Message.TunnelClosed.of(known.id, cause));
            }
        });
    }

    /** A client that does not know the message says so; nothing depends on it. */
    @Override
    public void tunnelPaused(String tunnel, boolean paused) {
        conversation.execute(() -> {
            ServedTunnels.Tunnel known = tunnels.named(tunnel);
            if (known != null && known.paused != paused) {
                known.paused = paused;
                if (known.open) { // else it is told right after that
                    conversation.send(new Message.TunnelPaused(known.id, paused));
                }
            }
        });
    }

    @Override
    public Future<Duration> ping() {
        return link.ping();
    }

    @Override
    public void drain(Duration deadline) {
        var message = new Message.Drain(deadline.toMillis(), "the server is going to stop.");
        conversation.execute(() -> {
            announcement = message;
            if (session != null) {
                announce(message);
            }
        });
    }

    private void announce(Message.Drain message) {
        if (conversation.phase() == Phase.ACTIVE) {
            conversation.send(message);
            conversation.to(Phase.DRAINING);
        }
    }

    @Override
    public void close(@Nullable CulvertException cause) {
        conversation.execute(() -> conversation.close(cause));
    }

    @Override
    public Future<Void> closeFuture() {
        return conversation.closeFuture();
    }
}
