package dev.culvert.plugin.dialect.culvert;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.spi.dialect.Admission;
import dev.culvert.spi.dialect.ServerHost;
import dev.culvert.spi.dialect.ServerSession;
import dev.culvert.spi.link.Link;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The server's half of a login, from the first byte to the admission. */
final class ServerLogin implements Party {

    private final Link link;
    private final ServerHost host;
    private final VersionRange versions;
    private final Conversation conversation;
    private final Map<String, List<Authenticator>> offered = new LinkedHashMap<>();
    private Authenticator.@Nullable Exchange exchange;
    private Message.@Nullable Hello hello;

    ServerLogin(Link link, ServerHost host, VersionRange versions) {
        this.link = link;
        this.host = host;
        this.versions = versions;
        conversation = new Conversation(link, this);
    }

    void start() {
        link.onStream(this::accept);
        link.start();
    }

    private void accept(DuplexChannel stream) {
        if (conversation.phase() == Phase.HELLO && !conversation.isTalking()) {
            conversation.talk(stream, Limits.BYTES_BEFORE_LOGIN);
            return;
        }
        Conversation.reset(stream);
        if (!conversation.phase().isLoggedIn() && !conversation.isClosed()) {
            conversation.fail(Conversation.violation("the client opened a second stream before it had logged in."));
        }
    }

    @Override
    public void receive(Message message) {
        if (conversation.phase() == Phase.HELLO && message instanceof Message.Hello first) {
            greet(first);
        } else if (exchange == null && message instanceof Message.AuthBegin begin && isAuthenticating()) {
            begin(begin);
        } else if (exchange != null && message instanceof Message.AuthAnswer answer && isAuthenticating()) {
            Authenticator.Exchange asked = exchange;
            ask(() -> asked.next(answer.data()));
        } else {
            throw Conversation.violation("a message of type "
                    + message.getClass().getSimpleName() + " came during the login, in phase " + conversation.phase()
                    + ".");
        }
    }

    private boolean isAuthenticating() {
        return conversation.phase() == Phase.AUTHENTICATING;
    }

    private void greet(Message.Hello first) {
        hello = first;
        if (first.instance().isEmpty() || !Text.id(first.instance(), Limits.ID).equals(first.instance())) {
            throw Conversation.violation("hello: instance (expected: 1 to " + Limits.ID + " of A-Z a-z 0-9 . _ : -).");
        }
        int version = chooseVersion(first);
        for (Authenticator authenticator : host.authenticators()) {
            for (String mechanism : authenticator.mechanisms(link.context())) {
                offered.computeIfAbsent(mechanism, name -> new ArrayList<>()).add(authenticator);
            }
        }
        List<String> mechanisms = new ArrayList<>(offered.keySet());
        List<String> capabilities = Capability.common(first.capabilities());
        if (!mechanisms.isEmpty()) {
            conversation.send(new Message.ServerHello(version, capabilities, mechanisms));
            conversation.to(Phase.AUTHENTICATING);
            return;
        }
        Principal principal = link.principal();
        if (principal == null || !host.authenticators().isEmpty()) {
            refuse(noWay());
            return;
        }
        conversation.send(new Message.ServerHello(version, capabilities, mechanisms));
        admit(new Verdict.Accepted(principal, new byte[0]));
    }

    private CulvertException noWay() {
        return host.authenticators().isEmpty() || link.context().confidential()
                ? new CulvertException(
                        AuthError.NO_COMMON_MECHANISM,
                        "listener \"" + host.listener() + "\" has no way to find out who this client is.")
                : new CulvertException(
                        AuthError.TRANSPORT_NOT_PRIVATE,
                        "listener \"" + host.listener() + "\" lets nobody in on a connection that others may read.");
    }

    private int chooseVersion(Message.Hello first) {
        if (first.versionMin() < 1 || first.versionMax() < first.versionMin()) {
            throw Conversation.violation("the client offers the versions " + first.versionMin() + " to "
                    + first.versionMax() + " (expected: 1 <= version_min <= version_max).");
        }
        var theirs = new VersionRange(first.versionMin(), first.versionMax());
        return versions.choose(theirs)
                .orElseThrow(() -> new CulvertException(
                        WireError.VERSION_UNSUPPORTED,
                        "the client speaks version " + theirs + " of the session protocol, this server " + versions
                                + "."));
    }

    private void begin(Message.AuthBegin begin) {
        List<Authenticator> authenticators = offered.get(begin.mechanism());
        if (authenticators == null) {
            refuse(new CulvertException(
                    AuthError.NO_COMMON_MECHANISM,
                    "mechanism \"" + Text.printable(begin.mechanism(), 64) + "\" was not offered (expected: one of "
                            + offered.keySet() + ")."));
            return;
        }
        // One that cannot tell whose a credential is has the last word.
        authenticators.sort(Comparator.comparing(authenticator -> !authenticator.standsAside()));
        ask(authenticators.iterator(), begin);
    }

    /** Asks one after the other whose credential this is; all but the last may stand aside. */
    private void ask(Iterator<Authenticator> authenticators, Message.AuthBegin begin) {
        Authenticator asked = authenticators.next();
        conversation.<Verdict>decide(
                () -> {
                    Authenticator.Exchange begun = asked.begin(begin.mechanism(), link.context());
                    exchange = begun;
                    return begun.next(begin.data());
                },
                (verdict, failure) -> {
                    if (verdict instanceof Verdict.NotMine && authenticators.hasNext()) {
                        conversation.to(Phase.AUTHENTICATING);
                        ask(authenticators, begin);
                    } else {
                        decided(verdict, failure);
                    }
                });
    }

    private void ask(Supplier<CompletionStage<Verdict>> question) {
        conversation.decide(question, this::decided);
    }

    private void decided(@Nullable Verdict verdict, @Nullable Throwable failure) {
        if (verdict instanceof Verdict.Challenge challenge) {
            conversation.send(new Message.AuthChallenge(challenge.message()));
            conversation.to(Phase.AUTHENTICATING);
        } else if (verdict instanceof Verdict.Accepted accepted) {
            conversation.to(Phase.AUTHENTICATING);
            admit(accepted);
        } else if (verdict instanceof Verdict.NotMine stranger) {
            refuse(stranger.reason());
        } else {
            refuse(failed(failure));
        }
    }

    private void admit(Verdict.Accepted accepted) {
        Message.Hello said = requireNonNull(hello);
        String clientId = Text.id(said.clientId(), Limits.ID);
        Principal principal =
                clientId.isEmpty() ? accepted.principal() : accepted.principal().withClientId(clientId);
        var admission = new Admission(
                principal, said.instance(), Text.printable(said.software(), Limits.ID), accepted.revoked());
        boolean renews = exchange != null && said.capabilities().contains(Capability.RENEW);
        var client = new ServedClient(
                link, conversation, renews ? new ServerRenewal(requireNonNull(exchange), conversation) : null);
        // The authenticator keeps a session in mind until it hears that there is none, or none any more.
        conversation
                .closeFuture()
                .addListener(closed -> accepted.revoked().toCompletableFuture().cancel(false));
        conversation.<ServerSession>decide(() -> host.admit(admission, client), (session, failure) -> {
            if (session == null) {
                refuse(failed(failure));
                return;
            }
            conversation.unlock();
            conversation.handTo(client);
            conversation.to(Phase.ACTIVE);
            Long time = said.capabilities().contains(Capability.CLOCK) ? System.currentTimeMillis() : null;
            conversation.send(
                    new Message.AuthOk(accepted.message(), session.id(), principal.name(), principal.account(), time));
            client.begin(session);
            accepted.revoked().thenAccept(client::close);
        });
    }

    private static CulvertException failed(@Nullable Throwable failure) {
        return Codes.of(
                failure == null ? new IllegalStateException("no answer") : failure,
                AuthError.KEY_SOURCE_UNREACHABLE,
                "the server could not decide; its log says why.");
    }

    private void refuse(CulvertException cause) {
        host.noteRefusal(cause);
        conversation.end(cause, Message.AuthRefused.of(cause));
    }

    @Override
    public void ended(@Nullable CulvertException cause) {
        // Nothing was promised to anybody yet.
    }
}
