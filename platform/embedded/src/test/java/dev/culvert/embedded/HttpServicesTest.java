package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.culvert.client.ClientFile;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.TunnelServer;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Services that speak TLS or HTTP/2, on Unix domain sockets, and directories, through a whole server and a whole client. */
final class HttpServicesTest {

    private static final String TOKEN = "a token of more than sixteen bytes";

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void bothSidesOfAStreamOfGrpcSpeakInTurn() throws Exception {
        Server service = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder("test.Service")
                        .addMethod(talk(), ServerCalls.asyncBidiStreamingCall(Echo::new))
                        .build())
                .build()
                .start();
        made.push(() -> service.shutdownNow().awaitTermination());
        URI endpoint = open(Map.of("local", "h2c://127.0.0.1:" + service.getPort()));
        ManagedChannel visitor = NettyChannelBuilder.forAddress("127.0.0.1", endpoint.getPort())
                .overrideAuthority(endpoint.getHost())
                .usePlaintext()
                .build();
        made.push(() -> visitor.shutdownNow().awaitTermination(20, TimeUnit.SECONDS));
        Heard heard = new Heard();

        StreamObserver<byte[]> said =
                ClientCalls.asyncBidiStreamingCall(visitor.newCall(talk(), CallOptions.DEFAULT), heard);
        for (int i = 0; i < 50; i++) {
            byte[] message = new byte[1 + 5_000 * i];
            message[0] = (byte) i;
            said.onNext(message);
            assertThat(heard.messages.poll(20, TimeUnit.SECONDS)).isEqualTo(message);
        }
        said.onCompleted();

        heard.end.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aServiceOfTlsAnswersByItsPinnedKey() throws Exception {
        X509Bundle own = new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject("CN=service")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.toKeyManagerFactory().getKeyManagers(), null, null);
        HttpsServer service = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setHttpsConfigurator(new HttpsConfigurator(context));
        service.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        service.start();
        made.push(() -> service.stop(0));
        byte[] key = own.getCertificate().getPublicKey().getEncoded();
        String pin = "sha256/"
                + java.util.Base64.getEncoder()
                        .encodeToString(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(key));
        URI endpoint =
                open(Map.of("local", "https://127.0.0.1:" + service.getAddress().getPort(), "pin", pin));

        String body = "a".repeat(300_000);
        for (int i = 0; i < 3; i++) {
            try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), endpoint.getPort())) {
                visitor.setSoTimeout(20_000);
                visitor.getOutputStream()
                        .write(("POST / HTTP/1.1\r\nHost: " + endpoint.getHost()
                                        + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                        + body)
                                .getBytes(UTF_8));
                assertThat(new String(visitor.getInputStream().readAllBytes(), UTF_8))
                        .startsWith("HTTP/1.1 200 ")
                        .endsWith("\r\n\r\n" + body);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'',web.localhost", "local,localhost"})
    void aServiceOnAUnixSocketAnswersAndItsAbsenceHasItsCode(String hostHeader, String host) throws Exception {
        Path socket = directory.resolve("app.sock");
        Map<String, Object> tunnel = new LinkedHashMap<>(Map.of("local", "unix:" + socket, "host", "web"));
        if (!hostHeader.isEmpty()) {
            tunnel.put("host_header", hostHeader);
        }
        URI endpoint = open(tunnel);
        for (int i = 0; i < 20; i++) { // what fails so fast may have failed before anybody waits for its answer
            assertThat(answer(endpoint))
                    .startsWith("HTTP/1.1 502 ")
                    .containsIgnoringCase("x-culvert-error: CLV-5001\r\n");
        }
        Files.writeString(socket, "a file of that name, which is no socket");
        assertThat(answer(endpoint)).startsWith("HTTP/1.1 502 ").containsIgnoringCase("x-culvert-error: CLV-500");
        Files.delete(socket);

        UnixHttpService service = UnixHttpService.at(socket);
        made.push(service);

        assertThat(answer(endpoint)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nfor " + host);
        assertThat(answer(endpoint)).startsWith("HTTP/1.1 200 "); // on the stream that was kept, or on another
    }

    private static String answer(URI endpoint) throws IOException {
        try (Socket visitor = ask(endpoint, "/")) {
            return new String(visitor.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDirectoryIsServedAtTheVisitorsPaceAndItsFilesAreClosed() throws Exception {
        Path site = Files.createDirectories(directory.resolve("site"));
        byte[] bytes = new byte[20 << 20];
        new Random(3).nextBytes(bytes);
        Files.write(site.resolve("large.bin"), bytes);
        Path huge = site.resolve("huge.bin");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(512L << 20); // more than all windows and sockets on the way can hold
        }
        URI endpoint = open(Map.of("local", "file:" + site));

        try (Socket leaving = ask(endpoint, "/huge.bin");
                Socket visitor = ask(endpoint, "/large.bin")) {
            assertThat(leaving.getInputStream().readNBytes(1000)).hasSize(1000);
            byte[] answer = visitor.getInputStream().readAllBytes();
            int from = answer.length - bytes.length;
            assertThat(new String(answer, 0, from, UTF_8))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("\r\n\r\n");
            assertThat(Arrays.equals(answer, from, answer.length, bytes, 0, bytes.length))
                    .isTrue();
            // Of the one who has not left.
            await().atMost(Duration.ofSeconds(20)).until(() -> descriptors(site) == 1);
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> descriptors(site) == 0);
    }

    private static Socket ask(URI endpoint, String path) throws IOException {
        Socket visitor = new Socket(InetAddress.getLoopbackAddress(), endpoint.getPort());
        visitor.setSoTimeout(20_000);
        visitor.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: " + endpoint.getHost() + "\r\nConnection: close\r\n\r\n")
                        .getBytes(UTF_8));
        return visitor;
    }

    private static long descriptors(Path below) throws IOException {
        long count = 0;
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : all.toList()) {
                try {
                    count += Files.readSymbolicLink(descriptor).startsWith(below.toRealPath()) ? 1 : 0;
                } catch (NoSuchFileException e) {
                    // closed meanwhile
                }
            }
        }
        return count;
    }

    private URI open(Map<String, Object> keys) throws Exception {
        Path file = Files.writeString(directory.resolve("server.toml"), """
                data_directory = "%s"
                [[listen]]
                name = "main"
                bind = "127.0.0.1:0"
                transport = "plain"
                [[auth]]
                type = "token"
                token = "%s"
                [[protocol]]
                type = "http"
                bind = "127.0.0.1:0"
                """.formatted(directory, TOKEN));
        TunnelServer server = Culvert.listen(file);
        made.push(server);
        Map<String, Object> tunnel = new LinkedHashMap<>(keys);
        tunnel.put("type", "http");
        tunnel.put("name", "web");
        var sources = ConfigurationSources.none()
                .flag(
                        "test",
                        "server",
                        "127.0.0.1:" + server.addresses().get("main").getPort())
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", List.of(tunnel));
        TunnelClient client =
                new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of());
        made.push(client);
        client.start();
        client.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        return URI.create(client.status().tunnels().get(0).endpoint());
    }

    private static MethodDescriptor<byte[], byte[]> talk() {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.BIDI_STREAMING)
                .setFullMethodName("test.Service/talk")
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private record Echo(StreamObserver<byte[]> told) implements StreamObserver<byte[]> {

        @Override
        public void onNext(byte[] message) {
            told.onNext(message);
        }

        @Override
        public void onError(Throwable failure) {
            // The visitor has left.
        }

        @Override
        public void onCompleted() {
            told.onCompleted();
        }
    }

    private static final class Heard implements StreamObserver<byte[]> {

        private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        @Override
        public void onNext(byte[] message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
