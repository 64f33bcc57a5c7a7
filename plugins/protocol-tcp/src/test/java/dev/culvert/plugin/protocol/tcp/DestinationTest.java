package dev.culvert.plugin.protocol.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.HostName;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where visitors of a proxy may go, and how they say it. */
final class DestinationTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8:22, 10.0.0.0/8:22",
        "10.0.0.5:*, 10.0.0.5:*",
        "10.0.0.5:8000-8999, 10.0.0.5:8000-8999",
        "[fd00::/8]:443, [fd00::/8]:443",
        "[FD00:0::1]:443, [fd00::1]:443",
        "[::ffff:10.0.0.0/104]:22, 10.0.0.0/8:22",
        "DB.Example.com:5432, db.example.com:5432",
        "*.example.com.:443, *.example.com:443",
    })
    void aDestinationHasOneForm(String written, String canonical) {
        assertThat(Destination.parse(written)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.5",
                "example.com",
                ":22",
                "*:22",
                "fd00::/8:443",
                "10.0.0.5/8:22",
                "10.1:22",
                "0x7f.1:22",
                "[10.0.0.1]:22",
                "localhost:3000",
                "a.localhost:3000",
                "example.com:0",
                "example.com:x",
                "exa mple.com:80",
                "[fd00::1%eth0]:22",
                "a.*.example.com:80",
            })
    void whatIsNoneIsRefused(String written) {
        assertThatThrownBy(() -> Destination.parse(written)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8:22, 10.255.0.1, 22, true",
        "10.0.0.0/8:22, 10.255.0.1, 23, false",
        "10.0.0.0/8:22, 11.0.0.1, 22, false",
        "10.0.0.0/8:22, ::ffff:10.0.0.1, 22, true",
        "[::/0]:*, 10.0.0.1, 22, false",
        "0.0.0.0/0:*, 192.0.2.1, 22, true",
        // Reserved addresses: only a network that is all reserved leads there.
        "0.0.0.0/0:*, 127.0.0.1, 22, false",
        "126.0.0.0/7:*, 127.0.0.1, 22, false",
        "127.0.0.0/8:*, 127.9.9.9, 22, true",
        "127.0.0.1:22, 127.0.0.1, 22, true",
        "0.0.0.0/0:*, ::ffff:127.0.0.1, 22, false",
        "0.0.0.0/0:*, 169.254.169.254, 80, false",
        "169.254.169.254:80, 169.254.169.254, 80, true",
        "0.0.0.0/0:*, 0.0.0.0, 22, false",
        "0.0.0.0/0:*, 255.255.255.255, 22, false",
        "[::/0]:*, 2001:db8::1, 22, true",
        "[::/0]:*, ::1, 22, false",
        "[::1]:22, ::1, 22, true",
        "[::/0]:*, ::, 22, false",
        "[::/0]:*, ::127.0.0.1, 22, false",
        "[::/0]:*, 64:ff9b::127.0.0.1, 22, false",
        "[::/0]:*, 2002:7f00:1::, 22, false",
        "[::/0]:*, fe80::1, 22, false",
        "[fd00::/8]:*, fd00:ec2::254, 80, false",
    })
    void anAddressIsListedOrNot(String listed, String address, int port, boolean permitted) throws Exception {
        Destinations destinations = new Destinations(List.of(Destination.parse(listed)));

        assertThat(destinations.permit(null, InetAddress.getByName(address), port))
                .isEqualTo(permitted);
        assertThat(destinations.permit(HostName.parse("some.name"), InetAddress.getByName(address), port))
                .as("by a name that is not listed")
                .isEqualTo(permitted);
    }

    @ParameterizedTest
    @CsvSource({
        "*.example.com:443, a.example.com, 192.0.2.1, 443, true",
        "*.example.com:443, a.example.com, 192.0.2.1, 444, false",
        "*.example.com:443, example.com, 192.0.2.1, 443, false",
        "*.example.com:443, a.example.org, 192.0.2.1, 443, false",
        "a.example.com:443, A.Example.COM., 192.0.2.1, 443, true",
        "*.example.com:443, a.example.com, 2001:db8::1, 443, true",
        // A private address behind a pattern has to be listed as well; behind a name that is listed itself it is.
        "*.example.com:443, a.example.com, 10.0.0.1, 443, false",
        "*.example.com:443, a.example.com, 172.31.0.1, 443, false",
        "*.example.com:443, a.example.com, 192.168.1.1, 443, false",
        "*.example.com:443, a.example.com, 100.64.0.1, 443, false",
        "*.example.com:443, a.example.com, fd00::1, 443, false",
        "*.example.com:443, a.example.com, ::ffff:10.0.0.1, 443, false",
        "*.example.com:443 10.0.0.0/8:443, a.example.com, 10.0.0.1, 443, true",
        "*.example.com:443 10.0.0.0/8:22, a.example.com, 10.0.0.1, 443, false",
        "a.example.com:443, a.example.com, 10.0.0.1, 443, true",
        "a.example.com:443, a.example.com, fd00::1, 443, true",
        "a.example.com:443, a.example.com, 127.0.0.1, 443, false",
        // A name that was bound anew to what only the client should see.
        "*.example.com:443, a.example.com, 127.0.0.1, 443, false",
        "*.example.com:443, a.example.com, 169.254.169.254, 443, false",
        "*.example.com:443, a.example.com, ::1, 443, false",
        "*.example.com:443 127.0.0.1:443, a.example.com, 127.0.0.1, 443, true",
    })
    void aNameLeadsAnywhereButToReservedAddressesAndAPatternNotToPrivateOnes(
            String listed, String name, String address, int port, boolean permitted) throws Exception {
        Destinations destinations = new Destinations(
                Arrays.stream(listed.split(" ")).map(Destination::parse).toList());

        assertThat(destinations.permit(HostName.parse(name), InetAddress.getByName(address), port))
                .isEqualTo(permitted);
        if (!listed.contains(" ")) {
            assertThat(destinations.permit(null, InetAddress.getByName(address), port))
                    .as("by the address alone")
                    .isFalse();
        }
    }

    @Test
    void aNameIsLookedUpOnlyWhereItMayLeadSomewhere() {
        Destinations destinations =
                new Destinations(List.of(Destination.parse("*.example.com:443"), Destination.parse("10.0.0.0/8:22")));

        assertThat(destinations.mayPermit(HostName.parse("a.example.com"), 443)).isTrue();
        assertThat(destinations.mayPermit(HostName.parse("a.example.org"), 22)).isTrue();
        assertThat(destinations.mayPermit(HostName.parse("a.example.org"), 443)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:22, 10.0.0.1:22",
        "[fd00:0:0::1]:22, [fd00::1]:22",
        "[::ffff:127.0.0.1]:22, 127.0.0.1:22",
        "A.example.com.:65535, a.example.com:65535",
        "x:1, x:1",
    })
    void whatAVisitorWantsHasOneForm(String asked, String canonical) {
        assertThat(Wanted.ofAuthority(asked)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.1:22",
                "0177.0.0.1:22",
                "010.0.0.1:22",
                "2130706433:22",
                "0x7f000001:22",
                "0x7f.0.0.1:22",
                "1.2.3:22",
                "1.2.3.256:22",
                "1.2.3.4.:22",
                "1.2.3.4.5:22",
                "a.0x:22",
                "example.com.127:22",
                "[fe80::1%eth0]:22",
                "::1:22",
                "[10.0.0.1]:22",
                "[]:22",
                "a b:22",
                "a/b:22",
                "user@host:22",
                "*.example.com:22",
                ":22",
                "example.com",
                "example.com:",
                "example.com:0",
                "example.com:65536",
                "example.com:+22",
                "example.com:022222",
                "",
                "[::1]",
                "a\n.1:22",
            })
    void whatAVisitorCannotWantIsRefusedWithoutItsWords(String asked) {
        assertThatThrownBy(() -> Wanted.ofAuthority(asked))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .matches("[a-z: ]+");
    }
}
