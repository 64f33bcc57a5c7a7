package dev.culvert.plugin.protocol.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.BindAddress;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.testkit.ProtocolKit;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TcpTunnelFactoryTest {

    private static final ObjectMapper FILE = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    static {
        FILE.registerSubtypes(TcpTunnelFactory.class, TcpProtocolFactory.class);
    }

    @Test
    void aSectionNeedsOnlyWhereTheServiceIs() throws Exception {
        TunnelFactory tunnel = FILE.readValue("{\"type\": \"tcp\", \"local\": 3000}", TunnelFactory.class);

        assertThat(tunnel)
                .isEqualTo(Visits.client(
                        new HostPort("", 3000),
                        0,
                        "",
                        WhenAbsent.RESET,
                        Duration.ofSeconds(10),
                        64,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        null));
        assertThat(tunnel.local()).isEqualTo("localhost:3000");
    }

    @Test
    void aSectionMaySayEverything() throws Exception {
        TunnelFactory tunnel = FILE.readValue("""
                {"type": "tcp", "local": "db.internal:5432", "port": 7000, "bind": "127.0.0.1", "when_absent": "wait",
                 "max_waiting": 3}
                """, TunnelFactory.class);

        assertThat(tunnel)
                .isEqualTo(Visits.client(
                        new HostPort("db.internal", 5432),
                        7000,
                        "127.0.0.1",
                        WhenAbsent.WAIT,
                        null,
                        3,
                        null,
                        null,
                        null));
        assertThat(tunnel.local()).isEqualTo("db.internal:5432");
    }

    @Test
    void aServersSectionNeedsNothing() throws Exception {
        ProtocolFactory protocol = FILE.readValue("{\"type\": \"tcp\"}", ProtocolFactory.class);

        assertThat(protocol).isEqualTo(Visits.defaults());
    }

    @Test
    void theWireHasTheseNames() {
        assertThat(ProtocolKit.write(Visits.tunnel(Visits.NOWHERE, 7000).parameters(null)))
                .isEqualTo(Map.of(
                        "port",
                        7000,
                        "bind",
                        "",
                        "when_absent",
                        "reset",
                        "wait_timeout_ms",
                        10_000L,
                        "max_waiting",
                        64,
                        "half_close_timeout_ms",
                        60_000L));
    }

    @Test
    void whatTheWireLeavesOutHasTheDefault() {
        assertThat(ProtocolKit.read(Map.of(), TcpParameters.class))
                .isEqualTo(Visits.tunnel(Visits.NOWHERE).parameters(null));
    }

    @Test
    void aPortOfTheFileIsNotForgottenForThePreviousOne() {
        Endpoint previous = Endpoint.ofPort("tcp", 7001);

        assertThat(((TcpParameters) Visits.tunnel(Visits.NOWHERE, 7000).parameters(previous)).port())
                .isEqualTo(7000);
        assertThat(((TcpParameters) Visits.tunnel(Visits.NOWHERE).parameters(previous)).port())
                .isEqualTo(7001);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "0.0.0.0, 0.0.0.0",
        "*, ''",
        "'', ''",
        "::, ''",
        "0:0:0:0:0:0:0:0, ''",
        "::1, ::1",
        "2001:DB8:0::1, 2001:db8::1",
    })
    void anAddressHasOneForm(String written, String canonical) {
        assertThat(BindAddress.canonical(written)).isEqualTo(canonical);
    }

    @Test
    void aNameIsNoAddress() {
        assertThatThrownBy(() -> BindAddress.canonical("localhost"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bind: \"localhost\" (expected: an IP address of the server)");
    }

    @Test
    void aTimeoutIsPositive() {
        assertThatThrownBy(() -> Visits.waiting(Visits.NOWHERE, Duration.ZERO, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("wait_timeout: 0ms (expected: at least 1ms)");
    }

    @Test
    void aProxyHasKeysOfItsOwn() throws Exception {
        TcpTunnelFactory tunnel = (TcpTunnelFactory) FILE.readValue("""
                {"type": "tcp", "local": "socks5", "destinations": ["10.0.0.0/8:22", "*.internal.example:443"],
                 "username": "alice", "password": "hidden"}
                """, TunnelFactory.class);

        assertThat(tunnel.target()).isEqualTo(ProxyKind.SOCKS5);
        assertThat(tunnel.destinations())
                .containsExactly(Destination.parse("10.0.0.0/8:22"), Destination.parse("*.internal.example:443"));
        assertThat(tunnel.local()).isEqualTo("socks5");
        assertThat(tunnel.service()).isNull();
        assertThat(tunnel.toString()).doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"local\": \"socks5\"|destinations: none (expected:",
                "\"local\": \"http-proxy\", \"destinations\": []|destinations: none (expected:",
                "\"local\": 80, \"destinations\": [\"10.0.0.1:22\"]|local: \"localhost:80\" (expected: \"socks5\"",
                "\"local\": 80, \"username\": \"a\", \"password\": \"b\"|(expected: \"socks5\" or",
                "\"local\": \"socks5\", \"destinations\": [\"10.0.0.1:22\"], \"username\": \"a\"|password: missing",
                "\"local\": \"socks5\", \"destinations\": [\"10.0.0.1\"]|destination: \"10.0.0.1\" (expected:",
                "\"local\": \"socks5\", \"destinations\": [\"10.0.0.1:22\"], \"proxy_protocol\": \"v2\"|proxy_protocol",
                "\"local\": \"file:/srv\"|a directory is served by a tunnel of type \"http\"",
            })
    void whatMakesNoProxyIsRefused(String keys, String why) {
        assertThatThrownBy(() -> FILE.readValue("{\"type\": \"tcp\", " + keys + "}", TunnelFactory.class))
                .hasMessageContaining(why);
    }
}
