package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.RequestReport;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Services that speak HTTP/2, as those of gRPC do: a real client and a real service of it, at both ends of a tunnel. */
final class GrpcTest extends HttpTest {

    private static final Metadata.Key<String> NOTE = Metadata.Key.of("note", Metadata.ASCII_STRING_MARSHALLER);
    private static final int PIECE = 64 * 1024;

    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void callsShareAStreamAndKeepTheirTrailers() throws Exception {
        ManagedChannel visitor = visitor(open(h2c(service())));

        for (int i = 0; i < 20; i++) {
            assertThat(ask(visitor, "say", "question " + i)).isEqualTo("question " + i);
        }

        assertThat(tunnel().streams()).hasSize(1);
        assertThat(tunnel().reports())
                .hasSize(20)
                .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(RequestReport.Outcome.OK));
    }

    @Test
    void aRefusalArrivesWithItsStatusItsMessageAndItsTrailers() throws Exception {
        ManagedChannel visitor = visitor(open(h2c(service())));

        for (String method : List.of("refuse", "refuse-late")) {
            assertThatThrownBy(() -> ask(visitor, method, "x"))
                    .as(method)
                    .isInstanceOfSatisfying(StatusRuntimeException.class, refused -> {
                        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                        assertThat(refused.getStatus().getDescription()).isEqualTo("not now");
                        assertThat(refused.getTrailers().get(NOTE)).isEqualTo("later");
                    });
        }
    }

    @Test
    void bothSidesSpeakInTurnOnOneStream() throws Exception {
        ManagedChannel visitor = visitor(open(h2c(service())));
        Heard heard = new Heard();
        StreamObserver<byte[]> questions =
                ClientCalls.asyncBidiStreamingCall(call(visitor, "talk", MethodType.BIDI_STREAMING), heard);

        for (int i = 0; i < 200; i++) {
            questions.onNext(("message " + i).getBytes(UTF_8));
            assertThat(heard.next()).isEqualTo("message " + i); // before the next one is said
        }
        questions.onCompleted();

        heard.end.get(20, TimeUnit.SECONDS);
    }

    @Test
    void manyStreamsSpeakAtOnce() throws Exception {
        ManagedChannel visitor = visitor(open(h2c(service())));
        List<Heard> all = java.util.stream.Stream.generate(Heard::new).limit(20).toList();
        List<StreamObserver<byte[]>> questions = all.stream()
                .map(heard -> ClientCalls.<byte[], byte[]>asyncBidiStreamingCall(
                        call(visitor, "talk", MethodType.BIDI_STREAMING), heard))
                .toList();

        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 20; i++) {
                questions.get(i).onNext((i + "/" + round).getBytes(UTF_8));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(all.get(i).next()).isEqualTo(i + "/" + round);
            }
        }
        questions.forEach(StreamObserver::onCompleted);
        for (Heard heard : all) {
            heard.end.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aVisitorThatReadsSlowlySlowsTheServiceDown() throws Exception {
        ManagedChannel visitor = visitor(open(h2c(service())));
        AtomicInteger read = new AtomicInteger();
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<byte[], byte[]> call = call(visitor, "pour", MethodType.SERVER_STREAMING);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        read.incrementAndGet();
                        call.request(1);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.sendMessage("1000".getBytes(UTF_8));
        call.halfClose();

        // Nothing is asked for: the service stops by itself, far from its 1000 pieces.
        AtomicInteger before = new AtomicInteger(-1);
        Awaitility.await()
                .pollInterval(java.time.Duration.ofMillis(500))
                .until(() -> before.getAndSet(sent.get()) == sent.get() && sent.get() > 0);
        assertThat(sent.get() * PIECE).isLessThan(24 << 20);

        call.request(1);
        assertThat(end.get(60, TimeUnit.SECONDS).isOk()).isTrue();
        assertThat(read).hasValue(1000);
    }

    @Test
    void aCallThatIsGivenUpIsResetAtTheService() throws Exception {
        ManagedChannel visitor = visitor(open(h2c(service())));
        Heard heard = new Heard();
        ClientCall<byte[], byte[]> call = call(visitor, "talk", MethodType.BIDI_STREAMING);
        StreamObserver<byte[]> questions = ClientCalls.asyncBidiStreamingCall(call, heard);
        questions.onNext("first".getBytes(UTF_8));
        assertThat(heard.next()).isEqualTo("first");

        call.cancel("enough", null);

        cancelled.get(20, TimeUnit.SECONDS);
        assertThat(ask(visitor, "say", "still there")).isEqualTo("still there");
    }

    @Test
    void aServiceThatEndsBeforeItsVisitorDoesIsHeard() throws Exception {
        ManagedChannel visitor = visitor(open(h2c(service())));
        Heard heard = new Heard();
        StreamObserver<byte[]> questions =
                ClientCalls.asyncBidiStreamingCall(call(visitor, "talk", MethodType.BIDI_STREAMING), heard);

        questions.onNext("enough".getBytes(UTF_8));

        assertThat(heard.failure()).isEqualTo(Status.Code.OUT_OF_RANGE);
    }

    @Test
    void aServiceThatIsLostInTheMiddleIsAFailure() throws Exception {
        Server service = service();
        ManagedChannel visitor = visitor(open(h2c(service)));
        Heard heard = new Heard();
        StreamObserver<byte[]> questions =
                ClientCalls.asyncBidiStreamingCall(call(visitor, "talk", MethodType.BIDI_STREAMING), heard);
        questions.onNext("first".getBytes(UTF_8));
        assertThat(heard.next()).isEqualTo("first");

        service.shutdownNow();

        assertThat(heard.failure()).isNotEqualTo(Status.Code.OK);
    }

    @Test
    void aServiceThatIsDownIsUnavailable() throws Exception {
        Server service = service();
        HttpTunnelFactory down = h2c(service);
        service.shutdownNow().awaitTermination();
        ManagedChannel visitor = visitor(open(down));

        assertThatThrownBy(() -> ask(visitor, "say", "x"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failed -> assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        assertThat(tunnel().refusals())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.cause().code().code()).isEqualTo("CLV-5001"));
    }

    @Test
    void aServiceThatSpeaksNoHttp2IsSaidToBeOne() throws Exception {
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(out, 400, "", new byte[0]);
            return false;
        });
        int port = open(Settings.tunnel(
                new LocalTarget(LocalTarget.Scheme.H2C, origin.address()), HOST, null, null, null, null));

        Visitor visitor = visit(port).get(HOST, "/");

        Message answer = visitor.head();
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.field("x-culvert-error")).isEqualTo("CLV-6009");
    }

    @Test
    void itMaySpeakTlsAsWell() throws Exception {
        java.time.Instant now = java.time.Instant.now();
        X509Bundle own = new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject("CN=service")
                .notBefore(now.minusSeconds(86_400))
                .notAfter(now.plusSeconds(86_400))
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Server service = start(builder()
                .sslContext(GrpcSslContexts.forServer(pem(own.getCertificatePathPEM()), pem(own.getPrivateKeyPEM()))
                        .build()));
        LocalTarget target = new LocalTarget(LocalTarget.Scheme.H2, new HostPort("127.0.0.1", service.getPort()));
        ManagedChannel visitor = visitor(
                open(Settings.tunnel(target, HOST, null, null, List.of(ServiceTrust.pin(own.getCertificate())), null)));

        assertThat(ask(visitor, "say", "hello")).isEqualTo("hello");
        assertThat(ask(visitor, "say", "again")).isEqualTo("again");
    }

    /** What a service says on a stream. */
    private static final class Heard implements StreamObserver<byte[]> {

        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        @Override
        public void onNext(byte[] message) {
            messages.add(new String(message, UTF_8));
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }

        String next() throws InterruptedException {
            return messages.poll(20, TimeUnit.SECONDS);
        }

        Status.Code failure() throws Exception {
            try {
                end.get(20, TimeUnit.SECONDS);
                return Status.Code.OK;
            } catch (java.util.concurrent.ExecutionException e) {
                return Status.fromThrowable(e).getCode();
            }
        }
    }

    private Server service() throws IOException {
        return start(builder());
    }

    private Server start(NettyServerBuilder builder) throws IOException {
        Server server = builder.addService(definition()).build().start();
        kit.closing(() -> server.shutdownNow().awaitTermination());
        return server;
    }

    private static InputStream pem(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static NettyServerBuilder builder() {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder("test.Service")
                .addMethod(
                        method("say", MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((byte[] asked, StreamObserver<byte[]> told) -> {
                            told.onNext(asked);
                            told.onCompleted();
                        }))
                .addMethod(
                        method("refuse", MethodType.UNARY),
                        ServerCalls.asyncUnaryCall(
                                (byte[] asked, StreamObserver<byte[]> told) -> told.onError(refusal())))
                .addMethod(
                        method("refuse-late", MethodType.UNARY), (ServerCall<byte[], byte[]> call, Metadata head) -> {
                            call.sendHeaders(new Metadata());
                            Metadata trailers = new Metadata();
                            trailers.put(NOTE, "later");
                            call.close(Status.FAILED_PRECONDITION.withDescription("not now"), trailers);
                            return new ServerCall.Listener<>() {};
                        })
                .addMethod(
                        method("talk", MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall((StreamObserver<byte[]> told) -> {
                            ((ServerCallStreamObserver<byte[]>) told)
                                    .setOnCancelHandler(() -> cancelled.complete(null));
                            return new Talk(told);
                        }))
                .addMethod(
                        method("pour", MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall((byte[] asked, StreamObserver<byte[]> told) -> {
                            int most = Integer.parseInt(new String(asked, UTF_8));
                            ServerCallStreamObserver<byte[]> call = (ServerCallStreamObserver<byte[]>) told;
                            call.setOnReadyHandler(() -> pour(call, most));
                        }))
                .build();
    }

    private void pour(ServerCallStreamObserver<byte[]> call, int most) {
        while (call.isReady() && sent.get() < most) {
            call.onNext(new byte[PIECE]);
            if (sent.incrementAndGet() == most) {
                call.onCompleted();
            }
        }
    }

    private static StatusRuntimeException refusal() {
        Metadata trailers = new Metadata();
        trailers.put(NOTE, "later");
        return Status.FAILED_PRECONDITION.withDescription("not now").asRuntimeException(trailers);
    }

    /** Says what it hears, until it hears "enough". */
    private record Talk(StreamObserver<byte[]> told) implements StreamObserver<byte[]> {

        @Override
        public void onNext(byte[] message) {
            if (new String(message, UTF_8).equals("enough")) {
                told.onError(Status.OUT_OF_RANGE.asRuntimeException());
            } else {
                told.onNext(message);
            }
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

    private static HttpTunnelFactory h2c(Server service) {
        LocalTarget target = new LocalTarget(LocalTarget.Scheme.H2C, new HostPort("127.0.0.1", service.getPort()));
        return Settings.tunnel(target, HOST, null, null, null, null);
    }

    private ManagedChannel visitor(int port) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .overrideAuthority(HOST)
                .usePlaintext()
                .build();
        kit.closing(() -> channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS));
        return channel;
    }

    private static String ask(ManagedChannel visitor, String method, String question) {
        byte[] answer = ClientCalls.blockingUnaryCall(
                visitor,
                method(method, MethodType.UNARY),
                CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                question.getBytes(UTF_8));
        return new String(answer, UTF_8);
    }

    private static ClientCall<byte[], byte[]> call(ManagedChannel visitor, String method, MethodType type) {
        return visitor.newCall(method(method, type), CallOptions.DEFAULT);
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName("test.Service/" + name)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
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
