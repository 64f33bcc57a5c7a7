package dev.culvert.plugin.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Rights;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets which name. */
final class NamesTest {

    private final ProtocolKit kit = new ProtocolKit();
    private TlsEcho echo;
    private Protocol<Object> server;

    @BeforeEach
    void start() throws Exception {
        echo = TlsEcho.start();
        server = kit.server(new TlsProtocolFactory(
                new HostPort("127.0.0.1", 0), HostName.parse("example.com"), null, null, null, null, null, null, null));
    }

    @AfterEach
    void leavesNothingOpen() throws Exception {
        echo.close();
        kit.close();
    }

    @Test
    void aNameOfItsOwnComesBeforeTheNarrowestWildcard() throws Exception {
        HostName domain = HostName.parse("elsewhere.org");
        KitTunnel wide = open("alice", "*." + domain);
        KitTunnel narrow = open("alice", "*.b." + domain);
        KitTunnel exact = open("alice", "a.b." + domain);

        assertThat(reached("x." + domain)).isSameAs(wide);
        assertThat(reached("x.b." + domain)).isSameAs(narrow);
        assertThat(reached("A.B." + domain)).isSameAs(exact);
    }

    @ParameterizedTest
    @CsvSource({
        "a.elsewhere.org, A.Elsewhere.org.",
        "*.elsewhere.org, a.elsewhere.org",
        "a.elsewhere.org, *.elsewhere.org",
        "*.elsewhere.org, *.b.elsewhere.org",
        "*.b.elsewhere.org, *.elsewhere.org",
    })
    void nobodyTakesVisitorsFromAnotherAccount(String held, String wanted) {
        open("alice", held);

        assertThat(refusal("mallory", wanted)).isEqualTo(TunnelError.ENDPOINT_HELD);
    }

    @Test
    void namesThatHaveNothingToDoWithEachOtherAreFree() {
        open("alice", "*.elsewhere.org");
        open("alice", "app");

        open("mallory", "elsewhere.org");
        open("mallory", "*.elsewhere.net");
        open("mallory", "app2");
    }

    @ParameterizedTest
    @CsvSource({
        "www",
        "WWW",
        "admin.example.com",
        "a.admin.example.com",
        "_acme-challenge.a",
        "*.example.com",
        "example.com"
    })
    void whatTheDomainKeepsForItselfIsNobodys(String wanted) {
        String whole = wanted.startsWith("_acme") ? wanted + ".example.com" : wanted;
        assertThat(refusal("alice", whole)).isEqualTo(TunnelError.NOT_PERMITTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*.org", "10.0.0.1"})
    void nobodyGetsATopLevelDomainOrAnAddress(String wanted) {
        assertThat(refusal("alice", wanted)).isEqualTo(TunnelError.NOT_PERMITTED);
    }

    @Test
    void aLabelNeedsADomain() {
        Protocol<Object> without = kit.server(
                new TlsProtocolFactory(new HostPort("127.0.0.1", 0), null, null, null, null, null, null, null, null));

        assertThatThrownBy(() -> kit.open(without, kit.tunnel(), tunnel("app")))
                .hasMessageContaining("a whole name, since this server has no domain");
    }

    @Test
    void theServerBoundsHowLongAHalfClosedVisitorMayBeSilent() {
        Protocol<Object> impatient = kit.server(new TlsProtocolFactory(
                new HostPort("127.0.0.1", 0), null, null, null, null, null, null, Duration.ofSeconds(90), null));
        Object parameters = ProtocolKit.overTheWire(
                impatient,
                new TlsTunnelFactory(HostName.parse("a.org"), echo.address(), Duration.ofHours(2), null, null),
                null);

        TlsTunnel opened = ((TlsProtocol) (Protocol<?>) impatient).opened(kit.tunnel(), (TlsParameters) parameters);

        assertThat(opened.options().halfCloseTimeout()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void aNameIsFreeAgainWhenItsTunnelIsClosed() {
        KitTunnel first = kit.tunnel(Principal.of("alice"));
        EndpointLease lease = kit.open(server, first, tunnel("app"));
        lease.close();
        assertThat(lease.probe().toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("CLV-3030");

        open("mallory", "app");
    }

    @Test
    void allNamesOfAnotherDomainNeedARightThatListsThem() {
        KitTunnel tunnel = kit.tunnel(Principal.of("alice"));

        assertThatThrownBy(() -> kit.open(server, tunnel, tunnel("*.elsewhere.org")))
                .isInstanceOf(CulvertException.class)
                .hasMessageContaining("expected: rights whose hosts list it");

        kit.open(server, tunnel, tunnel("*.b.example.com"));
        open("bob", "*.elsewhere.org");
    }

    private KitTunnel open(String owner, String host) {
        KitTunnel tunnel = kit.tunnel(permitted(owner, host));
        TlsTunnelFactory client = tunnel(host);
        tunnel.arrive(kit.client(client));
        kit.open(server, tunnel, client);
        opened.add(tunnel);
        return tunnel;
    }

    private final List<KitTunnel> opened = new java.util.ArrayList<>();

    /** The only tunnel that a visitor of this name opened a stream on; its service has no certificate for the name. */
    private KitTunnel reached(String host) {
        var before = opened.stream().map(tunnel -> tunnel.origins().size()).toList();
        int port = server.requested(ProtocolKit.overTheWire(server, tunnel("any"), null))
                .orElseThrow()
                .port();
        assertThatThrownBy(() -> TlsEcho.visit(port, host)).isInstanceOf(javax.net.ssl.SSLHandshakeException.class);
        var reached = opened.stream()
                .filter(tunnel -> tunnel.origins().size() > before.get(opened.indexOf(tunnel)))
                .toList();
        assertThat(reached).hasSize(1);
        return reached.get(0);
    }

    private ErrorCode refusal(String owner, String host) {
        KitTunnel tunnel = kit.tunnel(permitted(owner, host));
        try {
            kit.open(server, tunnel, tunnel(host));
        } catch (CulvertException e) {
            return e.code();
        }
        throw new AssertionError(host + " was given to " + owner);
    }

    private static Principal permitted(String owner, String host) {
        return new Principal(owner, owner, owner, Rights.ALL.withHosts(List.of(host)));
    }

    private TlsTunnelFactory tunnel(String host) {
        return new TlsTunnelFactory(HostName.parse(host), echo.address(), null, null, null);
    }
}
