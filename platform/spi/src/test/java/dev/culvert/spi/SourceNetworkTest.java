package dev.culvert.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceNetworkTest {

    @ParameterizedTest(name = "{0} has {1}: {2}")
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, 9.255.255.255, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.0/31, 192.0.2.1, true",
        "192.0.2.0/31, 192.0.2.2, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1/32, 192.0.2.0, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "::/0, ffff::1, true",
        "::/0, 127.0.0.1, false",
        "::/0, ::ffff:127.0.0.1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8::/33, 2001:db8:7fff::, true",
        "2001:db8::/33, 2001:db8:8000::, false",
        "2001:db8::/127, 2001:db8::1, true",
        "2001:db8::/127, 2001:db8::2, false",
        "::1, ::1, true",
        "::1, ::2, false",
        "fe80::/10, febf::1, true",
        "fe80::/10, fec0::1, false",
        // The same IPv4 address in its other form, on either side.
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "10.0.0.0/8, ::ffff:0b01:0203, false",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "::ffff:10.0.0.0/104, 11.1.2.3, false",
        "::ffff:192.0.2.1, 192.0.2.1, true",
        // Not a mapped one: an old form that ends in an IPv4 address.
        "10.0.0.0/8, ::10.1.2.3, false",
    })
    void aNetworkIsTheAddressesThatBeginLikeIt(String network, String address, boolean contained) throws Exception {
        assertThat(SourceNetwork.parse(network).contains(InetAddress.getByName(address)))
                .isEqualTo(contained);
    }

    // What an application server, a proxy or a kernel may hand over: all sixteen bytes of a mapped address.
    @Test
    void aScopeDoesNotMatter() throws UnknownHostException {
        byte[] bytes = InetAddress.getByName("fe80::1").getAddress();

        assertThat(SourceNetwork.parse("fe80::/64").contains(java.net.Inet6Address.getByAddress(null, bytes, 7)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "10.0.0.0/08x",
                "10.0.0.1/8",
                "2001:db8::1/32",
                "2001:db8::/129",
                "::ffff:0:0/90",
                "::ffff:10.0.0.0/8",
                "010.0.0.0/8",
                "10.0.0.010",
                "0x7f.0.0.1",
                "127.1",
                "2130706433",
                "[::1]",
                "fe80::1%eth0",
                "localhost",
                "10.0.0.0/٨",
            })
    void whatOthersMightReadDifferentlyIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SourceNetwork.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "192.0.2.1", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0"})
    void itIsWrittenAsItIsRead(String text) {
        assertThat(SourceNetwork.parse(text)).hasToString(text);
    }

    @Test
    void whatIsDeniedIsDeniedWhereItIsAllowed() throws UnknownHostException {
        SourceNetworks networks = new SourceNetworks(
                List.of(SourceNetwork.parse("10.0.0.0/8")), List.of(SourceNetwork.parse("10.1.0.0/16")));

        assertThat(networks.permits(InetAddress.getByName("10.2.0.1"))).isTrue();
        assertThat(networks.permits(InetAddress.getByName("10.1.0.1"))).isFalse();
        assertThat(networks.permits(InetAddress.getByName("192.0.2.1"))).isFalse();
        assertThat(networks.permits(InetSocketAddress.createUnresolved("example.com", 1)))
                .isFalse();
        assertThat(SourceNetworks.ALL.permits(InetSocketAddress.createUnresolved("example.com", 1)))
                .isTrue();
    }
}
