package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profile yamux-relay: the newest client serves everybody, and authentication there is none. */
@Tag("slow")
class YamuxRelayProfileTest {

    private static final int MANY = 50;

    @TempDir
    private Path directory;

    private Profile profile() {
        return new Profile("yamux-relay", directory);
    }

    @Test
    void itHasThePortsOfItsReference() {
        assertThat(profile().shown("server", Map.of()))
                .contains("bind = \"127.0.0.1:4444\"", "dialect = \"raw\"", "port = 8080", "on_conflict = \"replace\"");
        assertThat(profile().shown("client", Map.of()))
                .contains("server = \"127.0.0.1:4444\"", "local = \"127.0.0.1:3000\"", "reconnect = false");
    }

    @Test
    void theNewestClientServesAndItsEndIsNobodyElses() throws Exception {
        try (Service first = Service.start(Service.nowhere(), (connection, in, out) -> in.transferTo(out));
                Service second = Service.saying("second");
                Culvert server =
                        profile().server(Map.of("ADMIN_PORT", "0"), "--control-port", "0", "--public-port", "0")) {
            String control = server.await("^clients: port (\\d+)");
            int port = visitors(server);
            server.await("^ready$");

            assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);
            try (Culvert one = client(control, first.port());
                    Socket early = served(port, server, one, first)) {
                try (Culvert two = client(control, second.port())) {
                    server.await("tunnel closed session=\\S+ tunnel=public how=\"CLV-3008");
                    assertThat(Visitor.read(port)).isEqualTo("second");
                    assertThat(Visitor.echo(early, "after")).isEqualTo("after");

                    two.kill();
                    await().atMost(Culvert.PATIENCE)
                            .until(() -> Visitor.fateAt(port).equals(Visitor.RESET));
                }
                try (Culvert three = client(control, second.port())) {
                    await().atMost(Culvert.PATIENCE)
                            .ignoreExceptionsInstanceOf(IOException.class)
                            .until(() -> Visitor.read(port).equals("second"));
                    assertThat(Visitor.echo(early, "later")).isEqualTo("later");
                    early.close();

                    server.terminate();
                    assertThat(server.exitCode()).as(server.toString()).isZero();
                    assertThat(three.exitCode()).as(three.toString()).isZero();
                    assertThat(one.exitCode()).as(one.toString()).isZero();
                }
            }
        }
    }

    /** Many are served at once, then one finds no service; a visitor that is served all the while is left. */
    private static Socket served(int port, Culvert server, Culvert client, Service service) throws IOException {
        server.await("session active ");
        client.await("connected server=");
        List<Socket> visitors = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            visitors.add(Visitor.connect(port));
            visitors.get(i).getOutputStream().write('x');
        }
        for (Socket visitor : visitors) {
            assertThat(visitor.getInputStream().read()).isEqualTo('x');
        }
        assertThat(service.connections()).isEqualTo(MANY);
        Socket early = visitors.remove(0);
        for (Socket visitor : visitors) {
            visitor.close();
        }
        server.await("connections end tunnel=public visitor=127\\.0\\.0\\.1:\\d+ endpoint=\\S+:" + port
                + " .*in=1 out=1 ms=\\d+ ");
        client.await("connections end tunnel=local .*in=1 out=1 ms=\\d+ ");

        service.refuse();
        assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);
        client.await("CLV-5001.*127\\.0\\.0\\.1:" + service.port());
        assertThat(Visitor.echo(early, "before")).isEqualTo("before");
        return early;
    }

    @Test
    void itsClientEndsWithFourWithoutAServerAndWhenTheWireBreaks() throws Exception {
        try (Culvert lonely = client("" + Service.nowhere(), 3000)) {
            assertThat(lonely.exitCode()).as(lonely.toString()).isEqualTo(4);
            assertThat(lonely.err()).contains("CLV-4003");
        }
        try (Service service = Service.saying("served");
                Culvert server = Culvert.start(
                        directory, "server", "--control-port", "0", "--public-port", "0", "--admin", "0")) {
            String control = server.await("^clients: port (\\d+)");
            int port = visitors(server);
            try (Culvert client = Culvert.start(
                    directory, "client", "--control-port", control, "--local", String.valueOf(service.port()))) {
                server.await("session active ");
                assertThat(Visitor.read(port)).isEqualTo("served");

                server.kill();

                assertThat(client.exitCode()).as(client.toString()).isEqualTo(4);
            }
        }
    }

    private Culvert client(String control, int local) {
        return profile().client(Map.of("CONTROL_PORT", control, "LOCAL_PORT", "" + local));
    }

    private static int visitors(Culvert server) {
        return Integer.parseInt(server.await("^visitors: tcp://\\S*:(\\d+)  \\[public\\]$"));
    }
}
