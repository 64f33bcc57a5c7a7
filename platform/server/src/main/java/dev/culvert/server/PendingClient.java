package dev.culvert.server;

import dev.culvert.engine.net.ReadAllowance;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.dialect.Admission;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.ServerHost;
import dev.culvert.spi.dialect.ServerSession;
import dev.culvert.spi.link.Link;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A connection that has not logged in yet: what a dialect may ask of the server. Lives on the connection's loop. */
final class PendingClient implements ServerHost {

    private final ListenSettings settings;
    private final SocketAddress peer;
    private final @Nullable Channel raw;
    private final List<Authenticator> authenticators;
    private final Sessions sessions;
    private final Strangers strangers;
    private final boolean authenticates;
    private @Nullable LoginGuard guard;
    private @Nullable Link link;
    private @Nullable Channel silent;
    private boolean settled;
    private boolean logged;

    PendingClient(
            ListenSettings settings,
            SocketAddress peer,
            @Nullable Channel raw,
            List<Authenticator> authenticators,
            Sessions sessions,
            Strangers strangers,
            boolean authenticates) {
        this.settings = settings;
        this.peer = peer;
        this.raw = raw;
        this.authenticators = authenticators;
        this.sessions = sessions;
        this.strangers = strangers;
        this.authenticates = authenticates;
    }

    @Override
    public String listener() {
        return settings.name();
    }

    /** Asked by a dialect when the client has said who it wants to be: no stranger any more who says just anything. */
    @Override
    public List<Authenticator> authenticators() {
        speak();
        return authenticators;
    }

    @Override
    public CompletionStage<ServerSession> admit(Admission admission, RemoteClient client) {
        speak();
        return sessions.admit(admission, client, peer, settings.name()).thenApply(session -> {
            if (authenticates) {
                strangers.loggedIn(peer);
                client.closeFuture().addListener(closed -> strangers.gone(peer));
            }
            settle();
            return session;
        });
    }

    @Override
    public void noteRefusal(CulvertException cause) {
        if (!logged) {
            logged = true;
            strangers.failed(peer, settings.name(), cause);
        }
    }

    LoginGuard guard() {
        if (raw == null) {
            throw new IllegalStateException("a link has no connection to guard");
        }
        guard = new LoginGuard(
                ReadAllowance.of(raw, LoginGuard.MOST_BYTES),
                authenticates ? settings.loginTimeout() : java.time.Duration.ofDays(1),
                this::refused);
        return guard;
    }

    /** Says nothing on a connection before its peer has. */
    void keepSilent(Channel connection) {
        connection.pipeline().addLast(new Silence());
        silent = connection;
    }

    private void speak() {
        ChannelHandlerContext silence =
                silent == null ? null : silent.pipeline().context(Silence.class);
        if (silence != null) {
            ((Silence) silence.handler()).end(silence);
        }
        silent = null;
    }

    /** The connection carries streams now; what ends it before the login is told. */
    void on(Link carrier) {
        link = carrier;
        carrier.closeFuture().addListener((Future<Void> closed) -> ended(closed.cause()));
    }

    /** Ends the connection, because of what the peer did or did not do. */
    void refused(Throwable cause) {
        ended(cause);
        if (link != null) {
            link.close(null);
        }
        if (raw != null) {
            raw.close();
        }
    }

    /** The connection is gone, by whoever's will. */
    void ended(@Nullable Throwable cause) {
        if (settled) {
            return;
        }
        if (cause != null) {
            noteRefusal(failure(cause));
        }
        if (silent != null) {
            silent.close(); // there is nothing that it should still hear
        }
        settle();
    }

    private void settle() {
        if (settled) {
            return;
        }
        settled = true;
        strangers.left(peer);
        if (guard != null && raw != null && raw.pipeline().context(guard) != null) {
            raw.pipeline().remove(guard);
        }
    }

    private static CulvertException failure(Throwable cause) {
        return cause instanceof CulvertException known
                ? known
                : new CulvertException(WireError.TRANSPORT_FAILED, cause + ".", cause);
    }
}
