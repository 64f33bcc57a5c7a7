package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Rights;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.link.Link;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The client's half of a login. */
final class ClientLogin implements Party {

    private final Link link;
    private final ClientHost host;
    private final VersionRange versions;
    private final Conversation conversation;
    private final ConnectedServer server;
    private final CompletableFuture<RemoteServer> connected = new CompletableFuture<>();
    private Credential.@Nullable Proof proof;
    private boolean renews;

    ClientLogin(Link link, ClientHost host, VersionRange versions) {
        this.link = link;
        this.host = host;
        this.versions = versions;
        conversation = new Conversation(link, this);
        server = new ConnectedServer(link, host, conversation);
    }

    CompletionStage<RemoteServer> start() {
        link.onStream(server::accept);
        link.start();
        link.openStream().addListener((Future<DuplexChannel> stream) -> {
            if (stream.isSuccess()) {
                greet(stream.getNow());
            } else {
                conversation.end(
                        Codes.of(stream.cause(), WireError.CONNECTION_LOST, "the control stream did not open."), null);
            }
        });
        return connected;
    }

    private void greet(DuplexChannel stream) {
        conversation.talk(stream, -1);
        conversation.send(new Message.Hello(
                versions.min(),
                versions.max(),
                Capability.OURS,
                Text.id(host.instance(), Limits.ID),
                Text.id(host.clientId(), Limits.ID),
                Text.printable(host.software(), Limits.ID)));
    }

    @Override
    public void receive(Message message) {
        if (message instanceof Message.AuthRefused refused) {
            conversation.dismissed(refused.cause());
        } else if (conversation.phase() == Phase.HELLO && message instanceof Message.ServerHello hello) {
            choose(hello);
        } else if (isAuthenticating() && proof != null && message instanceof Message.AuthChallenge challenge) {
            Credential.Proof asked = proof;
            say(() -> asked.answer(challenge.data()), Message.AuthAnswer::new);
        } else if (isAuthenticating() && message instanceof Message.AuthOk ok) {
            finish(ok);
        } else {
            throw Conversation.violation("a message of type "
                    + message.getClass().getSimpleName() + " came during the login, in phase " + conversation.phase()
                    + ".");
        }
    }

    private boolean isAuthenticating() {
        return conversation.phase() == Phase.AUTHENTICATING;
    }

    private void choose(Message.ServerHello hello) {
        if (!versions.contains(hello.version())) {
            throw new CulvertException(
                    WireError.VERSION_UNSUPPORTED,
                    "the server chose version " + hello.version() + " of the session protocol, this client speaks "
                            + versions + ".");
        }
        renews = hello.capabilities().contains(Capability.RENEW);
        if (hello.capabilities().contains(Capability.REVISE)) {
            server.revises();
        }
        List<String> mechanisms = hello.mechanisms();
        if (mechanisms.isEmpty()) {
            // The transport has told the server who this is.
            conversation.to(Phase.AUTHENTICATING);
            return;
        }
        CulvertException unusable = null;
        for (Credential credential : host.credentials()) {
            try {
                Optional<String> mechanism = credential.choose(mechanisms, link.context());
                if (mechanism.isPresent()) {
                    Credential.Proof begun = credential.begin(mechanism.get(), link.context());
                    proof = begun;
                    say(begun::first, data -> new Message.AuthBegin(mechanism.get(), data));
                    return;
                }
            } catch (CulvertException e) {
                unusable = e; // another credential may do
            }
        }
        if (unusable != null) {
            throw unusable;
        }
        throw host.credentials().isEmpty()
                ? new CulvertException(
                        AuthError.CREDENTIAL_MISSING, "the server wants a credential, and this client has none.")
                : new CulvertException(
                        AuthError.NO_COMMON_MECHANISM,
                        "the server asks for one of " + mechanisms + ", and no credential of this client fits.");
    }

    private void say(Supplier<CompletionStage<byte[]>> words, Function<byte[], Message> message) {
        conversation.<byte[]>decide(words, (data, failure) -> {
            if (data == null) {
                conversation.fail(failed(failure));
                return;
            }
            conversation.send(message.apply(data));
            conversation.to(Phase.AUTHENTICATING);
        });
    }

    private void finish(Message.AuthOk ok) {
        Supplier<CompletionStage<Boolean>> check = () -> proof == null
                ? CompletableFuture.completedFuture(true)
                : proof.finish(ok.data()).thenApply(proven -> true);
        conversation.<Boolean>decide(check, (proven, failure) -> {
            if (proven == null) {
                conversation.fail(failed(failure));
                return;
            }
            conversation.unlock();
            conversation.to(Phase.ACTIVE);
            server.begin(Text.id(ok.sessionId(), Limits.ID), principal(ok), ok.timeMs());
            conversation.handTo(server);
            if (renews && proof != null) {
                server.renews(new ClientRenewal(proof, conversation));
            }
            connected.complete(server);
        });
    }

    private @Nullable Principal principal(Message.AuthOk ok) {
        String name = Text.printable(ok.principal(), Limits.ID);
        String account = Text.printable(ok.account(), Limits.ID);
        return name.isEmpty()
                ? null
                : new Principal(
                        name, account.isEmpty() ? name : account, Text.id(host.clientId(), Limits.ID), Rights.ALL);
    }

    private static CulvertException failed(@Nullable Throwable failure) {
        return Codes.of(
                failure == null ? new IllegalStateException("no answer") : failure,
                AuthError.MALFORMED_EXCHANGE,
                "the credential could not be used.");
    }

    @Override
    public void ended(@Nullable CulvertException cause) {
        connected.completeExceptionally(
                cause != null
                        ? cause
                        : new CulvertException(
                                WireError.CONNECTION_LOST, "the server ended the connection during the login."));
    }
}
