package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.client.ClientEnd;
import dev.culvert.client.TunnelClient;
import dev.culvert.server.ClientStatus;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.TunnelEvent;
import dev.culvert.spi.event.VisitorEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CulvertTest {

    private static final String TOKEN = "a token of more than sixteen bytes";

    @Test
    void anEmbeddedClientMakesAServicePublicThroughAnEmbeddedServer() throws Exception {
        try (ServerSocket service = greeter();
                TunnelServer server =
                        Culvert.listen(0).bind("127.0.0.1:0").token(TOKEN).start();
                TunnelClient client = Culvert.connect("127.0.0.1:" + port(server))
                        .pin(server.pins().get("main").get(0))
                        .token(TOKEN)
                        .tunnel("web", "127.0.0.1:" + service.getLocalPort(), 0)
                        .start()) {
            client.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);

            URI endpoint = URI.create(client.status().tunnels().get(0).endpoint());
            assertThat(read(endpoint.getPort())).isEqualTo("hello");
            assertThat(client.status().isConnected()).isTrue();
            ClientStatus seen = server.clients().get(0);
            assertThat(seen.principal()).isEqualTo("default");
            assertThat(seen.account()).isEqualTo("default");
            assertThat(seen.tunnels())
                    .extracting(ClientStatus.TunnelStatus::name, ClientStatus.TunnelStatus::endpoint)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("web", "tcp://:" + endpoint.getPort()));
        }
    }

    @Test
    void aClientWithTheWrongTokenEndsAndSaysWhy() throws Exception {
        try (TunnelServer server =
                        Culvert.listen(0).bind("127.0.0.1:0").token(TOKEN).start();
                TunnelClient client = Culvert.connect("127.0.0.1:" + port(server))
                        .pin(server.pins().get("main").get(0))
                        .token("another token of enough bytes")
                        .tunnel("web", ":1", 0)
                        .start()) {

            ClientEnd end = client.ended().toCompletableFuture().get(20, TimeUnit.SECONDS);

            assertThat(end.kind()).isEqualTo(ClientEnd.Kind.NOT_AUTHENTICATED);
            assertThat(end.cause()).hasMessageStartingWith("CLV-2001").hasMessageNotContaining("another token");
        }
    }

    @Test
    void aServerThatNobodyCouldLogInToIsSaidToBeSo() {
        assertThatThrownBy(() -> Culvert.listen(0).token("").start()).isInstanceOf(RuntimeException.class);
    }

    @Test
    void everythingThatHappensIsTold() throws Exception {
        Told told = new Told();
        try (ServerSocket service = greeter();
                TunnelServer server = Culvert.listen(0)
                        .bind("127.0.0.1:0")
                        .token(TOKEN)
                        .listener(told)
                        .start()) {
            try (TunnelClient client = Culvert.connect("127.0.0.1:" + port(server))
                    .pin(server.pins().get("main").get(0))
                    .token(TOKEN)
                    .tunnel("web", "127.0.0.1:" + service.getLocalPort(), 0)
                    .start()) {
                client.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
                read(URI.create(client.status().tunnels().get(0).endpoint()).getPort());
                Awaitility.await().until(() -> told.visitors.size() == 1);
            }
            Awaitility.await().until(() -> told.ended.size() == 1);
        }

        assertThat(told.connected).hasSize(1);
        assertThat(told.connected.get(0).principal().name()).isEqualTo("default");
        assertThat(told.opened.get(0).name()).isEqualTo("web");
        assertThat(told.visitors.get(0).bytesOut()).isEqualTo(5);
        assertThat(told.visitors.get(0).reason()).isEqualTo("closed");
        assertThat(told.ended.get(0).uptime()).isPositive();
    }

    private static int port(TunnelServer server) {
        return server.addresses().get("main").getPort();
    }

    private static String read(int port) throws IOException {
        try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port)) {
            visitor.setSoTimeout(20_000);
            visitor.shutdownOutput();
            return new String(visitor.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static ServerSocket greeter() throws IOException {
        ServerSocket service = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            while (true) {
                try (Socket accepted = service.accept()) {
                    accepted.getInputStream().readAllBytes();
                    accepted.getOutputStream().write("hello".getBytes(UTF_8));
                } catch (IOException e) {
                    return; // closed: the test is over
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return service;
    }

    private static final class Told implements SessionListener {

        private final List<SessionEvent> connected = new CopyOnWriteArrayList<>();
        private final List<SessionEvent> ended = new CopyOnWriteArrayList<>();
        private final List<TunnelEvent> opened = new CopyOnWriteArrayList<>();
        private final List<VisitorEvent> visitors = new CopyOnWriteArrayList<>();

        @Override
        public void connected(SessionEvent session) {
            connected.add(session);
        }

        @Override
        public void disconnected(SessionEvent session) {
            ended.add(session);
        }

        @Override
        public void tunnelOpened(TunnelEvent tunnel) {
            opened.add(tunnel);
        }

        @Override
        public void visitorClosed(VisitorEvent visitor) {
            visitors.add(visitor);
        }
    }
}
