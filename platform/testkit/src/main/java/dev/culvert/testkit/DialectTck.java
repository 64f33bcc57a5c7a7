package dev.culvert.testkit;

import static dev.culvert.testkit.KitSession.await;
import static dev.culvert.testkit.KitSession.next;
import static dev.culvert.testkit.KitSession.tunnel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.Principal;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link StreamDialect} promises. A plugin extends this class, supplies the dialect, and says what its wire
 * can tell; both answers are tested.
 */
public abstract class DialectTck {

    private static final int STRANGERS = 150;
    private static final String TUNNEL = "web";

    private final List<KitSession> sessions = new ArrayList<>();

    /** The dialect; one instance serves all sessions of a test. */
    protected abstract StreamDialect dialect();

    /** How the links do I/O. */
    protected Loops loops() {
        return Loops.NIO;
    }

    /**
     * What the dialect stands on; sockets, unless a subclass has something better.
     *
     * @param principal who the server's transport says that the client is, or null
     */
    protected KitWire wire(@Nullable Principal principal) {
        return KitWire.ofSockets(loops(), principal);
    }

    /** Whether a stream says on whose behalf it was opened, and for which tunnel. */
    protected boolean tellsTheOrigin() {
        return true;
    }

    /** Whether a client can say what became of a dial. */
    protected boolean tellsTheDial() {
        return true;
    }

    /** Whether a reason for the end of a session reaches the other end. */
    protected boolean tellsReasons() {
        return true;
    }

    @AfterEach
    final void release() {
        sessions.forEach(KitSession::close);
        LeakDetection.check();
    }

    @Test
    final void aClientIsAdmitted() {
        KitSession session = begin();

        RemoteServer server = session.server();
        KitServer.Admitted admitted = session.admitted();

        assertThat(server.sessionId()).isNotBlank();
        assertThat(admitted.admission().instance()).isNotBlank();
        assertThat(admitted.client().eventLoop())
                .isSameAs(session.wire().server().eventLoop());
        if (dialect().authenticates()) {
            assertThat(server.sessionId()).isEqualTo("session-1");
            assertThat(admitted.admission().instance()).isEqualTo("instance-1");
            assertThat(admitted.admission().software()).isEqualTo("kit/1");
            assertThat(admitted.admission().principal())
                    .isEqualTo(Principal.of(KitSession.NAME).withClientId("machine-1"));
        } else {
            assertThat(admitted.admission().principal().account()).isEqualTo(Principal.ANONYMOUS.account());
        }
    }

    @Test
    final void aRejectedClientHearsWhy() {
        assumeTrue(dialect().authenticates());
        KitSession session = begin(List.of(new KitAuthenticator("somebody else")), goodCredentials(), null);

        assertRefused(session::server, AuthError.CREDENTIAL_REJECTED);

        assertThat(session.serverHost().admitted()).isEmpty();
        assertEnds(session);
    }

    @Test
    final void aClientWithoutCredentialsIsToldSo() {
        assumeTrue(dialect().authenticates());
        KitSession session = begin(goodAuthenticators(), List.of(), null);

        assertRefused(session::server, AuthError.CREDENTIAL_MISSING);

        assertEnds(session);
    }

    @Test
    final void aServerThatDoesNotProveItselfIsLeft() {
        assumeTrue(dialect().authenticates());
        KitSession session =
                begin(goodAuthenticators(), List.of(KitAuthenticator.credential(KitSession.NAME, false)), null);

        assertRefused(session::server, AuthError.SERVER_NOT_PROVEN);

        assertEnds(session);
    }

    @Test
    final void whomTheTransportKnowsNeedsNoLogin() {
        assumeTrue(dialect().authenticates());
        KitSession session = begin(List.of(), List.of(), Principal.of("known"));

        assertThat(session.server().sessionId()).isEqualTo("session-1");

        assertThat(session.admitted().admission().principal().name()).isEqualTo("known");
    }

    @Test
    final void nobodyIsLetInWithoutALogin() {
        assumeTrue(dialect().authenticates());
        KitSession session = begin(List.of(), goodCredentials(), null);

        assertThatThrownBy(session::server).isInstanceOf(CulvertException.class);

        assertThat(session.serverHost().admitted()).isEmpty();
        assertEnds(session);
    }

    @Test
    final void aRevokedCredentialEndsTheSession() {
        assumeTrue(dialect().authenticates());
        var authenticator = new KitAuthenticator(KitSession.NAME);
        KitSession session = begin(List.of(authenticator), goodCredentials(), null);
        RemoteServer server = session.server();
        RemoteClient client = session.admitted().client();

        authenticator
                .revoked()
                .complete(new CulvertException(AuthError.CREDENTIAL_REVOKED, "the token was taken away."));

        assertRefused(() -> await(server.closeFuture()), AuthError.CREDENTIAL_REVOKED);
        assertRefused(() -> await(client.closeFuture()), AuthError.CREDENTIAL_REVOKED);
        assertEnds(session);
    }

    @Test
    final void theAuthenticatorHearsOfTheEnd() {
        assumeTrue(dialect().authenticates());
        var authenticator = new KitAuthenticator(KitSession.NAME);
        KitSession session = begin(List.of(authenticator), goodCredentials(), null);

        session.server().close(null);

        soon().untilAsserted(() -> assertThat(authenticator.revoked()).isCancelled());
    }

    @Test
    final void aTunnelOpensAndIsNamed() {
        assumeTrue(dialect().negotiatesTunnels());
        KitSession session = begin();
        TunnelRequest asked = tunnel(TUNNEL);

        assertThat(await(session.server().openTunnel(asked))).contains(KitServer.ENDPOINT);

        assertThat(next(session.serverHost().requests())).isEqualTo(asked);
    }

    @Test
    final void aTunnelThatNobodyNegotiatesHasNoEndpoint() {
        assumeTrue(!dialect().negotiatesTunnels());
        KitSession session = begin();

        assertThat(await(session.server().openTunnel(tunnel(TUNNEL)))).isEmpty();

        assertThat(session.serverHost().requests()).isEmpty();
    }

    @Test
    final void refusalReachesTheClientWithItsCode() {
        assumeTrue(dialect().negotiatesTunnels());
        KitSession session = begin();

        assertThatThrownBy(() -> await(session.server().openTunnel(tunnel(KitServer.HELD))))
                .isInstanceOfSatisfying(CulvertException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(TunnelError.ENDPOINT_HELD);
                    assertThat(refusal.detail()).isEqualTo("port 7000 is held by principal \"alice\".");
                });

        assertThat(await(session.server().openTunnel(tunnel(TUNNEL)))).contains(KitServer.ENDPOINT);
    }

    @Test
    final void twoTunnelsOfOneNameAreRefused() {
        assumeTrue(dialect().negotiatesTunnels());
        KitSession session = begin();
        await(session.server().openTunnel(tunnel(TUNNEL)));

        assertRefused(() -> await(session.server().openTunnel(tunnel(TUNNEL))), TunnelError.DUPLICATE_NAME);
    }

    @Test
    final void aTunnelThatTheClientGivesUpIsClosed() {
        assumeTrue(dialect().negotiatesTunnels());
        KitSession session = begin();
        RemoteClient client = session.admitted().client();
        await(session.server().openTunnel(tunnel(TUNNEL)));

        session.server().closeTunnel(TUNNEL);

        assertThat(next(session.serverHost().closed())).isEqualTo(TUNNEL);
        assertRefused(() -> await(client.openStream(TUNNEL, StreamOrigin.UNKNOWN)), TunnelError.NO_SUCH_TUNNEL);
        assertThat(await(session.server().openTunnel(tunnel(TUNNEL)))).contains(KitServer.ENDPOINT);
        assertThat(session.clientHost().closed()).isEmpty();
    }

    @Test
    final void aTunnelThatTheServerClosesIsTold() {
        assumeTrue(dialect().negotiatesTunnels());
        KitSession session = begin();
        RemoteClient client = session.admitted().client();
        await(session.server().openTunnel(tunnel(TUNNEL)));

        client.tunnelClosed(TUNNEL, new CulvertException(TunnelError.REPLACED, "a newer client has it."));

        KitClient.Closed closed = next(session.clientHost().closed());
        assertThat(closed.tunnel()).isEqualTo(TUNNEL);
        assertThat(closed.cause().code()).isEqualTo(TunnelError.REPLACED);
        assertThat(closed.cause().detail()).isEqualTo("a newer client has it.");
    }

    @Test
    final void streamsCarryBytesAndOriginBothWays() {
        KitSession session = begin();
        RemoteClient client = withTunnel(session);
        for (StreamOrigin origin : origins()) {
            KitSession.Streams streams = session.open(client, TUNNEL, origin);
            assertThat(streams.client().origin()).isEqualTo(tellsTheOrigin() ? origin : StreamOrigin.UNKNOWN);
            assertThat(streams.client().tunnel()).isEqualTo(tellsTheOrigin() ? TUNNEL : "");
            Tape atServer = Tape.rolling(streams.server().channel());
            Tape atClient = Tape.rolling(streams.client().stream());

            Tape.write(streams.server().channel(), "from the visitor");
            streams.client().connected();
            Tape.write(streams.client().stream(), "from the service");

            soon().until(() -> atClient.text().equals("from the visitor"));
            soon().until(() -> atServer.text().equals("from the service"));
            await(streams.server().connected());
        }
    }

    @Test
    final void theVisitorsBytesDoNotWaitForTheDial() {
        KitSession session = begin();
        RemoteClient client = withTunnel(session);

        TunnelStream stream = await(client.openStream(TUNNEL, StreamOrigin.UNKNOWN));
        Tape.write(stream.channel(), "early");
        Tape atClient = Tape.rolling(next(session.clientHost().delivered()).stream());

        soon().until(() -> atClient.text().equals("early"));
        assertThat(stream.connected().isDone()).isEqualTo(!tellsTheDial());
    }

    @Test
    final void aServiceMaySpeakFirst() {
        KitSession session = begin();
        KitSession.Streams streams = session.open(withTunnel(session), TUNNEL, StreamOrigin.UNKNOWN);
        Tape atServer = Tape.rolling(streams.server().channel());

        streams.client().connected();
        Tape.write(streams.client().stream(), "220 ready");

        soon().until(() -> atServer.text().equals("220 ready"));
    }

    /** A visitor may be made to wait for the service before anybody reads the stream. */
    @Test
    final void bytesBehindTheResultWaitForAReader() {
        KitSession session = begin();
        KitSession.Streams streams = session.open(withTunnel(session), TUNNEL, StreamOrigin.UNKNOWN);
        DuplexChannel atServer = streams.server().channel();
        streams.client().connected();
        Tape.write(streams.client().stream(), "first ");

        await(streams.server().connected());
        Tape tape = Tape.on(atServer);
        Tape.write(streams.client().stream(), "second");
        streams.client().stream()
                .eventLoop()
                .execute(() -> streams.client().stream().shutdownOutput());
        await(session.server().ping());
        assertThat(tape.text()).isEmpty();
        assertThat(tape.ended()).isFalse();

        atServer.config().setAutoRead(true);

        soon().until(() -> tape.text().equals("first second"));
        soon().until(tape::ended);
        assertThat(tape.abort()).isNull();
    }

    @Test
    final void bytesInFrontOfTheDialWaitForAReader() {
        KitSession session = begin();
        KitSession.Streams streams = session.open(withTunnel(session), TUNNEL, StreamOrigin.UNKNOWN);
        Tape.write(streams.server().channel(), "GET / ");
        DuplexChannel atClient = streams.client().stream();
        Tape tape = Tape.on(atClient);
        await(session.server().ping());
        assertThat(tape.text()).isEmpty();

        streams.client().connected();
        atClient.config().setAutoRead(true);

        soon().until(() -> tape.text().equals("GET / "));
    }

    @Test
    final void halfCloseIsKept() {
        KitSession session = begin();
        KitSession.Streams streams = session.open(withTunnel(session), TUNNEL, StreamOrigin.UNKNOWN);
        DuplexChannel atServer = streams.server().channel();
        DuplexChannel atClient = streams.client().stream();
        Tape serverTape = Tape.rolling(atServer);
        Tape clientTape = Tape.rolling(atClient);
        streams.client().connected();

        Tape.write(atServer, "request");
        atServer.eventLoop().execute(atServer::shutdownOutput);
        soon().until(clientTape::ended);
        assertThat(clientTape.text()).isEqualTo("request");
        Tape.write(atClient, "response");
        atClient.eventLoop().execute(atClient::shutdownOutput);

        soon().until(serverTape::ended);
        assertThat(serverTape.text()).isEqualTo("response");
        assertThat(serverTape.abort()).isNull();
    }

    @Test
    final void aFailedDialIsToldAndNeverAnEnd() {
        KitSession session = begin();
        KitSession.Streams streams = session.open(withTunnel(session), TUNNEL, StreamOrigin.UNKNOWN);
        Tape atServer = Tape.rolling(streams.server().channel());
        Tape.write(streams.server().channel(), "a request that nobody reads");

        streams.client().refused(new CulvertException(ServiceError.REFUSED, "nothing listens at 127.0.0.1:3000."));

        soon().until(atServer::inactive);
        assertThat(atServer.abortedOnly()).as("an abort, not an end").isTrue();
        if (tellsTheDial()) {
            assertThatThrownBy(() -> await(streams.server().connected()))
                    .isInstanceOfSatisfying(CulvertException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ServiceError.REFUSED);
                        assertThat(failure.detail()).isEqualTo("nothing listens at 127.0.0.1:3000.");
                    });
        }
        soon().until(() -> !streams.client().stream().isOpen());
    }

    /** As in wait mode: nobody has taken the stream when the result arrives. */
    @Test
    final void aFailedDialIsToldToWhoeverWaits() {
        assumeTrue(tellsTheDial());
        KitSession session = begin();
        KitSession.Streams streams = session.open(withTunnel(session), TUNNEL, StreamOrigin.UNKNOWN);

        streams.client().refused(new CulvertException(ServiceError.TIMEOUT, "no answer within 10 s."));

        assertRefused(() -> await(streams.server().connected()), ServiceError.TIMEOUT);
        soon().until(() -> !streams.server().channel().isOpen());
        soon().until(() -> !streams.client().stream().isOpen());
    }

    @Test
    final void aStreamThatIsResetBeforeItsDialFails() {
        assumeTrue(tellsTheDial());
        KitSession session = begin();
        KitSession.Streams streams = session.open(withTunnel(session), TUNNEL, StreamOrigin.UNKNOWN);

        streams.client().stream().config().setOption(ChannelOption.SO_LINGER, 0);
        streams.client().stream().close();

        assertThatThrownBy(() -> await(streams.server().connected())).isInstanceOf(CulvertException.class);
        soon().until(() -> !streams.server().channel().isOpen());
    }

    @Test
    final void manyStreamsKeepTheirBytesApart() {
        KitSession session = begin();
        RemoteClient client = withTunnel(session);
        List<Future<TunnelStream>> opening = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            opening.add(client.openStream(TUNNEL, StreamOrigin.UNKNOWN));
        }
        List<Tape> tapes = new ArrayList<>();
        for (int i = 0; i < opening.size(); i++) {
            DuplexChannel stream = await(opening.get(i)).channel();
            tapes.add(Tape.rolling(stream));
            Tape.write(stream, "visitor " + i);
        }
        for (int i = 0; i < opening.size(); i++) {
            KitClient.Delivered delivered = next(session.clientHost().delivered());
            delivered.connected();
            echo(delivered.stream());
        }

        for (int i = 0; i < tapes.size(); i++) {
            Tape tape = tapes.get(i);
            String expected = "visitor " + i;
            soon().until(() -> tape.text().equals(expected));
        }
        assertThat(client.streams()).isEqualTo(100);
        assertThat(session.server().streams()).isEqualTo(100);
    }

    @Test
    final void pingAnswers() {
        KitSession session = begin();
        RemoteServer server = session.server();

        assertThat(await(server.ping())).isPositive();
        assertThat(await(session.admitted().client().ping())).isPositive();
    }

    @Test
    final void drainIsAnnounced() {
        KitSession session = begin();
        RemoteClient client = withTunnel(session);
        KitSession.Streams open = session.open(client, TUNNEL, StreamOrigin.UNKNOWN);
        open.client().connected();

        client.drain(Duration.ofSeconds(7));

        if (dialect().negotiatesTunnels()) {
            assertThat(next(session.clientHost().drains())).isEqualTo(Duration.ofSeconds(7));
            assertRefused(() -> await(session.server().openTunnel(tunnel("late"))), TunnelError.SERVER_DRAINING);
        }
        assertThatThrownBy(() -> await(client.openStream(TUNNEL, StreamOrigin.UNKNOWN)))
                .isInstanceOf(CulvertException.class);
        Tape tape = Tape.rolling(open.client().stream());
        Tape.write(open.server().channel(), "still here");
        soon().until(() -> tape.text().equals("still here"));
        if (!dialect().negotiatesTunnels()) {
            // The multiplexer's is the only word there is, and at some peers it ends streams.
            assertThat(session.wire().client().goAwayFuture().isDone()).isFalse();
            open.server().channel().close();
            open.client().stream().close();
            await(session.wire().client().goAwayFuture());
        }
    }

    @Test
    final void goAwayReachesTheServer() {
        KitSession session = begin();

        session.server().goAway();

        await(session.wire().server().goAwayFuture());
    }

    @Test
    final void aNormalEndIsOneAtBothEnds() {
        KitSession first = begin();
        RemoteClient client = first.admitted().client();
        first.server().close(null);
        await(first.server().closeFuture());
        await(client.closeFuture());

        KitSession second = begin();
        RemoteServer server = second.server();
        second.admitted().client().close(null);
        await(server.closeFuture());
        assertEnds(second);
    }

    @Test
    final void theReasonOfAnEndReachesTheOtherEnd() {
        KitSession session = begin();
        RemoteServer server = session.server();
        RemoteClient client = session.admitted().client();

        client.close(new CulvertException(TunnelError.REPLACED, "a newer client took over."));

        assertRefused(() -> await(client.closeFuture()), TunnelError.REPLACED);
        if (tellsReasons()) {
            assertRefused(() -> await(server.closeFuture()), TunnelError.REPLACED);
        } else {
            assertThatThrownBy(() -> await(server.closeFuture())).isInstanceOf(CulvertException.class);
        }
    }

    @Test
    final void aLostConnectionIsAFailureAtBothEnds() {
        KitSession session = begin();
        RemoteServer server = session.server();
        RemoteClient client = withTunnel(session);
        KitSession.Streams streams = session.open(client, TUNNEL, StreamOrigin.UNKNOWN);
        Tape atServer = Tape.rolling(streams.server().channel());

        session.wire().cut().run();

        assertThatThrownBy(() -> await(client.closeFuture())).isInstanceOf(CulvertException.class);
        assertThatThrownBy(() -> await(server.closeFuture())).isInstanceOf(CulvertException.class);
        soon().until(atServer::inactive);
        assertThat(atServer.abortedOnly())
                .as("abort %s, ended %s", atServer.abort(), atServer.ended())
                .isTrue();
    }

    @Test
    final void anOpenThatWaitsEndsWithTheSession() {
        KitSession session = begin();
        RemoteClient client = withTunnel(session);
        session.wire().server().close(null);

        assertThatThrownBy(() -> await(client.openStream(TUNNEL, StreamOrigin.UNKNOWN)))
                .isInstanceOf(CulvertException.class);
        if (dialect().negotiatesTunnels()) {
            assertThatThrownBy(() -> await(session.server().openTunnel(tunnel("late"))))
                    .isInstanceOf(CulvertException.class);
        }
    }

    @Test
    final void aStreamBeforeLoginIsRefused() {
        KitSession session = serve();
        Link stranger = session.wire().client();
        stranger.onStream(stream -> {});
        stranger.start();

        Future<DuplexChannel> first = stranger.openStream();
        stranger.openStream();
        first.addListener(opened -> {
            if (opened.isSuccess()) {
                Tape.rolling(first.getNow());
            }
        });

        soon().until(() -> first.isDone() && isOver(first));
        if (dialect().authenticates()) {
            assertEnds(session);
            assertThat(session.serverHost().admitted()).isEmpty();
        }
    }

    /** Bounded in memory and time, without a leak, and nobody else is troubled. */
    @Test
    final void aStrangerSendingAnythingIsClosedCleanly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        KitSession good = begin();
        RemoteClient client = withTunnel(good);
        for (int i = 0; i < STRANGERS; i++) {
            byte[] words = strange(random);
            KitSession session = serve();
            Link stranger = session.wire().client();
            stranger.onStream(stream -> {});
            stranger.start();
            Future<DuplexChannel> stream = stranger.openStream();
            stream.addListener(opened -> {
                if (opened.isSuccess()) {
                    Tape.rolling(stream.getNow());
                    stream.getNow()
                            .writeAndFlush(Unpooled.wrappedBuffer(words))
                            .addListener(written -> stream.getNow().shutdownOutput());
                }
            });

            Awaitility.await("seed " + seed + ", stranger " + i)
                    .atMost(5, TimeUnit.SECONDS)
                    .pollInterval(2, TimeUnit.MILLISECONDS)
                    .until(() -> stream.isDone() && isOver(stream));
            if (dialect().authenticates()) {
                assertThat(session.serverHost().admitted())
                        .as("seed %d, stranger %d", seed, i)
                        .isEmpty();
            }
            session.close();
            sessions.remove(session);
        }
        KitSession.Streams streams = good.open(client, TUNNEL, StreamOrigin.UNKNOWN);
        streams.client().connected();
        await(streams.server().connected());
    }

    /** Whether the other end has ended a stream, in whatever way. */
    private static boolean isOver(Future<DuplexChannel> stream) {
        return !stream.isSuccess()
                || !stream.getNow().isOpen()
                || stream.getNow().isInputShutdown();
    }

    /** What a port scanner, a browser, TLS or a faulty implementation would say. */
    private static byte[] strange(Random random) {
        byte[] noise = new byte[random.nextInt(4000)];
        random.nextBytes(noise);
        switch (random.nextInt(5)) {
            case 0 -> {
                return "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            }
            case 1 -> {
                byte[] hello = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03};
                return hello;
            }
            case 2 -> {
                return Unpooled.buffer().writeInt(-1).writeBytes(noise).array();
            }
            case 3 -> {
                return Unpooled.buffer(4 + noise.length)
                        .writeInt(noise.length)
                        .writeBytes(noise)
                        .array();
            }
            default -> {
                return noise;
            }
        }
    }

    private static List<StreamOrigin> origins() {
        return List.of(
                StreamOrigin.UNKNOWN,
                new StreamOrigin(new InetSocketAddress("203.0.113.9", 51000), new InetSocketAddress("192.0.2.1", 7000)),
                new StreamOrigin(
                        new InetSocketAddress("2001:db8::9", 65535), new InetSocketAddress("2001:db8::1", 443)),
                new StreamOrigin(new InetSocketAddress("203.0.113.9", 1), null));
    }

    private RemoteClient withTunnel(KitSession session) {
        RemoteClient client = session.admitted().client();
        await(session.server().openTunnel(tunnel(TUNNEL)));
        return client;
    }

    private KitSession begin() {
        return dialect().authenticates()
                ? begin(goodAuthenticators(), goodCredentials(), null)
                : begin(List.of(), List.of(), null);
    }

    private KitSession begin(
            List<Authenticator> authenticators, List<Credential> credentials, @Nullable Principal principal) {
        KitSession session = KitSession.begin(dialect(), wire(principal), authenticators, credentials);
        sessions.add(session);
        return session;
    }

    private KitSession serve() {
        KitSession session = KitSession.serve(dialect(), wire(null), goodAuthenticators(), List.of());
        sessions.add(session);
        return session;
    }

    private static List<Authenticator> goodAuthenticators() {
        return List.of(new KitAuthenticator(KitSession.NAME));
    }

    private static List<Credential> goodCredentials() {
        return List.of(KitAuthenticator.credential(KitSession.NAME, true));
    }

    private static void echo(DuplexChannel channel) {
        channel.eventLoop().execute(() -> {
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ctx.writeAndFlush(message);
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    ctx.close();
                }
            });
            channel.config().setAutoRead(true);
        });
    }

    private static void assertEnds(KitSession session) {
        soon().until(() -> session.wire().client().closeFuture().isDone());
        soon().until(() -> session.wire().server().closeFuture().isDone());
    }

    private static void assertRefused(ThrowingCallable attempt, ErrorCode code) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        CulvertException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(5, TimeUnit.SECONDS).pollInterval(2, TimeUnit.MILLISECONDS);
    }
}
