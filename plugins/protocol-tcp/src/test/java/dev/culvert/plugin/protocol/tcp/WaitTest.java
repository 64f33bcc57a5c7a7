package dev.culvert.plugin.protocol.tcp;

import static dev.culvert.plugin.protocol.tcp.Visits.NOWHERE;
import static dev.culvert.plugin.protocol.tcp.Visits.ask;
import static dev.culvert.plugin.protocol.tcp.Visits.assertReset;
import static dev.culvert.plugin.protocol.tcp.Visits.assertVisitReset;
import static dev.culvert.plugin.protocol.tcp.Visits.defaults;
import static dev.culvert.plugin.protocol.tcp.Visits.say;
import static dev.culvert.plugin.protocol.tcp.Visits.visit;
import static dev.culvert.plugin.protocol.tcp.Visits.waiting;
import static dev.culvert.testkit.ProtocolKit.codes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tunnel whose visitors wait while the service is not there. */
final class WaitTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final ProtocolKit kit = new ProtocolKit();
    private final KitTunnel tunnel = kit.tunnel();

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @Test
    void aVisitorIsServedWhenAClientComes() throws Exception {
        var client = waiting(kit.closing(EchoService.start()).address(), LONG, null);
        Endpoint endpoint = open(client).endpoint();
        try (Socket visitor = visit(endpoint)) {
            visitor.getOutputStream().write("early ".getBytes(UTF_8));
            await().until(() -> tunnel.origins().size() == 1);

            tunnel.arrive(kit.client(client));

            assertThat(ask(visitor, "bird")).isEqualTo("early bird");
        }
        assertThat(tunnel.refusals()).isEmpty();
    }

    @Test
    void aVisitorIsServedWhenTheServiceComes() throws Exception {
        int port = FreePort.any();
        var client = waiting(new HostPort("127.0.0.1", port), LONG, null);
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = open(client).endpoint();
        try (Socket visitor = visit(endpoint)) {
            await().until(() -> tunnel.failedDials().size() >= 2);

            EchoService service = kit.closing(EchoService.start(port));

            assertThat(ask(visitor, "at last")).isEqualTo("at last");
            assertThat(service.connections()).isOne();
        }
        assertThat(tunnel.refusals()).isEmpty();
    }

    @Test
    void aServiceThatIsThereIsReachedAtOnce() throws Exception {
        var client = waiting(kit.closing(EchoService.start()).address(), LONG, 1);
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = open(client).endpoint();
        List<Socket> visitors = new ArrayList<>();

        for (int i = 0; i < 10; i++) {
            visitors.add(kit.closing(visit(endpoint)));
        }

        for (Socket visitor : visitors) {
            assertThat(say(visitor, "hello")).isEqualTo("hello");
        }
        assertThat(tunnel.origins()).hasSize(10);
    }

    @Test
    void whoIsServedCountsNoMore() throws Exception {
        var narrow = new TcpProtocolFactory(null, null, null, null, null, 1, null);
        var client = waiting(kit.closing(EchoService.start()).address(), LONG, 1);
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = kit.open(kit.server(narrow), tunnel, client).endpoint();

        for (int i = 0; i < 5; i++) {
            assertThat(say(kit.closing(visit(endpoint)), "hello")).isEqualTo("hello");
        }
    }

    @Test
    void whoWaitsTooLongForAClientIsReset() throws Exception {
        Endpoint endpoint = open(waiting(NOWHERE, SHORT, null)).endpoint();

        assertVisitReset(endpoint);

        assertThat(codes(tunnel)).containsExactly(TunnelError.WAIT_EXPIRED);
        assertThat(tunnel.origins()).hasSize(1);
    }

    @Test
    void whoWaitsTooLongForTheServiceIsReset() throws Exception {
        var client = waiting(NOWHERE, Duration.ofMillis(1500), null);
        tunnel.arrive(kit.client(client));
        Endpoint endpoint = open(client).endpoint();

        assertVisitReset(endpoint);

        assertThat(codes(tunnel)).containsExactly(TunnelError.WAIT_EXPIRED);
        assertThat(tunnel.failedDials()).as("asked after 0, 250 and 750 ms").hasSizeBetween(2, 3);
    }

    @Test
    void whoWaitsTooLongForAStreamIsResetAndSoIsTheStreamWhenItComes() throws Exception {
        var client = waiting(kit.closing(EchoService.start()).address(), SHORT, null);
        tunnel.arrive(kit.client(client));
        tunnel.pause();
        Endpoint endpoint = open(client).endpoint();

        assertVisitReset(endpoint);

        assertThat(codes(tunnel)).containsExactly(TunnelError.WAIT_EXPIRED);
        tunnel.resume();
        await().until(() -> tunnel.streams().size() == 1);
        await().until(() -> !tunnel.streams().get(0).isOpen());
        assertThat(tunnel.bridged()).isEmpty();
    }

    @Test
    void theServersLimitCountsWhereTheTunnelAsksForMore() throws Exception {
        var strict = new TcpProtocolFactory(null, null, SHORT, 1, null, null, null);
        var client = waiting(NOWHERE, LONG, 64);
        Endpoint endpoint = kit.open(kit.server(strict), tunnel, client).endpoint();
        Socket first = visit(endpoint);
        await().until(() -> tunnel.origins().size() == 1);

        assertVisitReset(endpoint);
        assertReset(first);

        assertThat(codes(tunnel)).containsExactly(TunnelError.TOO_MANY_WAITING, TunnelError.WAIT_EXPIRED);
    }

    @Test
    void whenTooManyWaitTheNextIsReset() throws Exception {
        var client = waiting(kit.closing(EchoService.start()).address(), LONG, 2);
        Endpoint endpoint = open(client).endpoint();
        Socket first = kit.closing(visit(endpoint));
        Socket second = kit.closing(visit(endpoint));
        await().until(() -> tunnel.origins().size() == 2);

        assertVisitReset(endpoint);

        assertThat(codes(tunnel)).containsExactly(TunnelError.TOO_MANY_WAITING);
        tunnel.arrive(kit.client(client));
        assertThat(say(first, "first")).isEqualTo("first");
        assertThat(say(second, "second")).isEqualTo("second");
    }

    @ParameterizedTest
    @MethodSource("reasonsThatWaitingDoesNotMend")
    void whatWaitingDoesNotMendIsRefusedAtOnceWithItsOwnCode(ErrorCode code) throws Exception {
        var client = waiting(kit.closing(EchoService.start()).address(), LONG, null);
        tunnel.arrive(kit.client(client));
        tunnel.refuseStreams(new CulvertException(code, "no."));
        Endpoint endpoint = open(client).endpoint();

        assertVisitReset(endpoint);

        assertThat(codes(tunnel)).containsExactly(code);
        tunnel.refuseStreams(null);
        assertThat(say(kit.closing(visit(endpoint)), "hello")).isEqualTo("hello");
    }

    static List<ErrorCode> reasonsThatWaitingDoesNotMend() {
        return List.of(
                TunnelError.STREAM_LIMIT,
                TunnelError.VISITOR_LIMIT,
                TunnelError.SOURCE_LIMIT,
                TunnelError.PAUSED,
                TunnelError.VISITOR_NOT_PERMITTED,
                WireError.TOO_MANY_STREAMS);
    }

    @Test
    void whoHasLeftMakesRoomForOthers() throws Exception {
        Endpoint endpoint = open(waiting(NOWHERE, SHORT, 1)).endpoint();

        assertVisitReset(endpoint);
        assertVisitReset(endpoint);

        assertThat(codes(tunnel)).containsExactly(TunnelError.WAIT_EXPIRED, TunnelError.WAIT_EXPIRED);
    }

    @Test
    void aClosedLeaseResetsThoseWhoWait() throws Exception {
        EndpointLease lease = open(waiting(NOWHERE, LONG, null));
        Socket first = visit(lease.endpoint());
        Socket second = visit(lease.endpoint());
        await().until(() -> tunnel.origins().size() == 2);

        lease.close();

        assertReset(first);
        assertReset(second);
        assertThat(codes(tunnel)).containsExactly(TunnelError.CLOSED, TunnelError.CLOSED);
    }

    @Test
    void aClosedLeaseEndsTheAttemptToReachTheService() throws Exception {
        var client = waiting(kit.closing(EchoService.start()).address(), LONG, null);
        tunnel.arrive(stream -> {
            // Never answers; closes when it sees that the other end has.
            stream.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    ctx.close();
                }
            });
            stream.channel().config().setAutoRead(true);
        });
        EndpointLease lease = open(client);
        Socket visitor = visit(lease.endpoint());
        await().until(() -> tunnel.streams().size() == 1);

        lease.close();

        assertReset(visitor);
        await().until(() -> !tunnel.streams().get(0).isOpen());
    }

    @Test
    void aClientThatComesAndGoesIsNotAskedInALoop() throws Exception {
        Endpoint endpoint =
                open(waiting(NOWHERE, Duration.ofMillis(1500), null)).endpoint();
        Socket visitor = visit(endpoint);
        await().until(() -> tunnel.origins().size() == 1);

        tunnel.flap();

        assertReset(visitor);
        assertThat(tunnel.origins()).as("asked after 0, 250 and 750 ms").hasSize(3);
    }

    private EndpointLease open(TcpTunnelFactory client) {
        return kit.open(kit.server(defaults()), tunnel, client);
    }
}
