package dev.culvert.plugin.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.LeakDetection;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.SocketPair;
import dev.culvert.testkit.Tape;
import dev.culvert.testkit.TestPluginContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each end refuses, and what a person is told. */
final class TlsRulesTest {

    private static final HostPort SERVER = new HostPort("localhost", 4444);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    @TempDir
    private Path directory;

    private TestPluginContext serverContext;
    private TestPluginContext clientContext;
    private X509Bundle authority;
    private Path ca;

    @BeforeEach
    void authority() throws Exception {
        serverContext = new TestPluginContext(Role.SERVER, directory);
        clientContext = new TestPluginContext(Role.CLIENT, directory);
        authority = Certificates.authority("authority");
        ca = Certificates.certificate(directory, "ca", authority);
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
        serverContext.close();
        clientContext.close();
        LeakDetection.check();
    }

    @ParameterizedTest
    @EnumSource(value = TlsProvider.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void aCertificateForAnotherNameIsRefused(TlsProvider provider) throws Exception {
        Transport server = server(provider, Certificates.server(authority, "other.example"));
        Transport client = client(new Settings(provider).ca(ca));

        assertThat(refusal(client, server))
                .satisfies(code(AuthError.SERVER_CERTIFICATE))
                .hasMessageContaining("not trusted: No subject alternative DNS name matching localhost found. If it is")
                .hasMessageContaining(server.pins().get(0))
                .hasMessageContaining("pin = \"" + server.pins().get(0) + "\"");
        Transport asked = client(new Settings(provider).ca(ca).serverName("other.example"));
        join(asked, server);
    }

    @ParameterizedTest
    @EnumSource(value = TlsProvider.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void withoutPinOrAuthorityTheSystemDecides(TlsProvider provider) throws Exception {
        Transport server = server(provider, Certificates.server(authority, "localhost"));
        assertThat(refusal(client(new Settings(provider)), server))
                .satisfies(code(AuthError.SERVER_CERTIFICATE))
                .hasMessageContaining("not trusted: no authority that this end knows vouches for it. If it is");
        join(client(new Settings(provider).ca(ca)), server);
    }

    @ParameterizedTest
    @EnumSource(value = TlsProvider.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void anExpiredCertificateIsRefusedUnlessItsKeyIsPinned(TlsProvider provider) throws Exception {
        Instant now = Instant.now();
        X509Bundle expired = Certificates.valid("CN=localhost")
                .addSanDnsName("localhost")
                .notBefore(now.minus(9, ChronoUnit.DAYS))
                .notAfter(now.minus(2, ChronoUnit.DAYS))
                .buildIssuedBy(authority);
        Transport server = server(provider, expired);
        assertThat(refusal(client(new Settings(provider).ca(ca)), server))
                .satisfies(code(AuthError.SERVER_CERTIFICATE))
                .hasMessageContaining("has expired (it is valid until "
                        + now.minus(2, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS));
        join(client(new Settings(provider).pin(server.pins().get(0))), server);
    }

    @ParameterizedTest
    @EnumSource(value = TlsProvider.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void aPinBesideAnAuthorityHasToFitToo(TlsProvider provider) throws Exception {
        Transport server = server(provider, Certificates.server(authority, "localhost"));
        Transport client =
                client(new Settings(provider).ca(ca).pin("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        assertThat(refusal(client, server)).satisfies(code(AuthError.SERVER_CERTIFICATE));
        join(client(new Settings(provider).ca(ca).pin(server.pins().get(0))), server);
    }

    @ParameterizedTest
    @CsvSource({"JDK,JDK", "JDK,OPENSSL", "OPENSSL,JDK", "OPENSSL,OPENSSL"})
    void aClientWithoutACertificateIsToldSo(TlsProvider near, TlsProvider far) throws Exception {
        Transport server = open(asking(far).build(serverContext));
        SocketPair pair = pair();
        Transport client = client(new Settings(near).ca(ca));
        AtomicReference<Tape> tape = new AtomicReference<>();
        Future<PrivateConnection> connected = onLoop(pair.near(), () -> {
            Future<PrivateConnection> future = client.connect(pair.near(), SERVER);
            // As the platform does, and before the server's answer is read.
            future.addListener((Future<PrivateConnection> done) -> {
                if (done.isSuccess()) {
                    tape.set(Tape.rolling(done.getNow().channel()));
                }
            });
            return future;
        });
        Future<Optional<PrivateConnection>> accepted = accept(server, pair.far());
        accepted.addListener(done -> pair.far().close()); // as the platform does

        assertThat(cause(accepted)).satisfies(code(AuthError.CLIENT_CERTIFICATE));
        await().until(connected::isDone);
        if (connected.isSuccess()) { // TLS 1.3: the client is done before the server looks
            await().until(() -> tape.get() != null && tape.get().abort() != null);
            assertThat(tape.get().abort()).satisfies(code(AuthError.CLIENT_CERTIFICATE));
        } else {
            assertThat(connected.cause()).satisfies(code(AuthError.CLIENT_CERTIFICATE));
        }
    }

    @ParameterizedTest
    @EnumSource(PrincipalRule.class)
    void theRuleSaysWhichNameIsThePrincipal(PrincipalRule rule) throws Exception {
        X509Bundle alice = Certificates.valid("CN=alice,O=example")
                .addSanDnsName("alice.example")
                .addSanUriName("spiffe://example/alice")
                .addSanRfc822Name("alice@example.org")
                .buildIssuedBy(authority);
        Path certificate = Certificates.certificate(directory, "alice", alice);
        Path key = Certificates.key(directory, "alice", alice);
        Transport server = open(asking(TlsProvider.AUTO)
                .clientAuth(ClientCertificates.OPTIONAL)
                .principal(rule)
                .build(serverContext));
        assertThat(server.establishesIdentity()).isFalse();

        Ends ends = join(client(new Settings(TlsProvider.AUTO).ca(ca).identity(certificate, key)), server);
        assertThat(ends.far().principal().name())
                .isEqualTo(
                        switch (rule) {
                            case SUBJECT_CN -> "alice";
                            case SAN_DNS -> "alice.example";
                            case SAN_URI -> "spiffe://example/alice";
                            case SAN_EMAIL -> "alice@example.org";
                        });
        assertThat(join(client(new Settings(TlsProvider.AUTO).ca(ca)), server)
                        .far()
                        .principal())
                .isNull();
    }

    @ParameterizedTest
    @EnumSource(value = TlsProvider.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void bytesThatAreNotTlsAreNamedOnBothSides(TlsProvider provider) throws Exception {
        Transport server = server(provider, Certificates.server(authority, "localhost"));
        SocketPair one = pair();
        Future<Optional<PrivateConnection>> accepted = accept(server, one.far());
        Tape.write(one.near(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(cause(accepted)).satisfies(code(WireError.NOT_ENCRYPTED));

        SocketPair two = pair();
        Future<PrivateConnection> connected = connect(client(new Settings(provider).ca(ca)), two.near());
        Tape.write(two.far(), "SSH-2.0-OpenSSH_9.2\r\n");
        assertThat(cause(connected)).satisfies(code(WireError.NOT_ENCRYPTED));
    }

    @ParameterizedTest
    @CsvSource({"JDK,JDK", "JDK,OPENSSL", "OPENSSL,JDK", "OPENSSL,OPENSSL"})
    void aClientThatKnowsAnOlderVersionStillSpeaksTheNewOne(TlsProvider near, TlsProvider far) throws Exception {
        Transport server = server(far, Certificates.server(authority, "localhost"));
        Ends ends = join(client(new Settings(near).ca(ca).minVersion("1.2")), server);
        assertThat(ends.near().context().confidential()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = TlsProvider.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void aReplacedCertificateIsUsedForNewConnectionsAndEndsNone(TlsProvider provider) throws Exception {
        Transport server = server(provider, Certificates.server(authority, "localhost"));
        String before = server.pins().get(0);
        Ends old = join(client(new Settings(provider).pin(before)), server);
        Tape tape = Tape.rolling(old.far().channel());

        X509Bundle renewed = Certificates.server(authority, "localhost");
        replace("server.key", renewed.getPrivateKeyPEM());
        replace("server.pem", renewed.getCertificatePathPEM());

        await().atMost(30, TimeUnit.SECONDS).until(() -> !server.pins().get(0).equals(before));
        join(client(new Settings(provider).pin(server.pins().get(0))), server);
        Tape.write(old.near().channel(), "still here");
        await().untilAsserted(() -> assertThat(tape.text()).isEqualTo("still here"));
    }

    @Test
    void aServerKeepsTheKeyThatItMade() throws Exception {
        Transport first = open(new Settings(TlsProvider.AUTO).build(serverContext));
        Path file = directory.resolve("tls-identity.pem");
        assertThat(file).doesNotExist(); // a check of the file makes none
        String pin = first.pins().get(0);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Transport second = open(new Settings(TlsProvider.AUTO).build(serverContext));
        assertThat(second.pins()).containsExactly(pin);
    }

    @Test
    void keysOfTheOtherEndAreNamed() {
        assertThatThrownBy(() -> new Settings(TlsProvider.JDK).ca(ca).build(serverContext))
                .satisfies(code(ConfigError.CONFLICTING_KEYS))
                .hasMessageContaining("ca: belongs to the other end");
        assertThatThrownBy(() -> new Settings(TlsProvider.JDK).clientCa(ca).build(clientContext))
                .hasMessageContaining("client_ca: belongs to the other end");
    }

    private Transport server(TlsProvider provider, X509Bundle bundle) throws Exception {
        return open(new Settings(provider)
                .identity(
                        Certificates.certificate(directory, "server", bundle),
                        Certificates.key(directory, "server", bundle))
                .build(serverContext));
    }

    private Transport client(Settings settings) {
        return open(settings.build(clientContext));
    }

    /** A server that asks for certificates of the authority. */
    private Settings asking(TlsProvider provider) throws Exception {
        X509Bundle bundle = Certificates.server(authority, "localhost");
        return new Settings(provider)
                .identity(
                        Certificates.certificate(directory, "server", bundle),
                        Certificates.key(directory, "server", bundle))
                .clientCa(ca);
    }

    private void replace(String name, String text) throws Exception {
        Path aside = Files.writeString(directory.resolve(name + ".new"), text);
        Files.move(aside, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private Throwable refusal(Transport client, Transport server) {
        SocketPair pair = pair();
        Future<PrivateConnection> connected = connect(client, pair.near());
        Future<Optional<PrivateConnection>> accepted = accept(server, pair.far());
        Throwable refusal = cause(connected);
        pair.near().close();
        assertThat(cause(accepted)).isInstanceOf(CulvertException.class);
        return refusal;
    }

    private Ends join(Transport client, Transport server) {
        SocketPair pair = pair();
        Future<PrivateConnection> connected = connect(client, pair.near());
        Future<Optional<PrivateConnection>> accepted = accept(server, pair.far());
        await().until(() -> connected.isDone() && accepted.isDone());
        return new Ends(
                connected.syncUninterruptibly().getNow(),
                accepted.syncUninterruptibly().getNow().orElseThrow());
    }

    private static Future<PrivateConnection> connect(Transport client, SocketChannel raw) {
        return onLoop(raw, () -> client.connect(raw, SERVER));
    }

    private static Future<Optional<PrivateConnection>> accept(Transport server, SocketChannel raw) {
        return onLoop(raw, () -> server.accept(raw));
    }

    private static <T> T onLoop(SocketChannel raw, Callable<T> action) {
        raw.config().setAllowHalfClosure(true);
        return raw.eventLoop().submit(action).syncUninterruptibly().getNow();
    }

    private static Throwable cause(Future<?> future) {
        await().until(future::isDone);
        assertThat(future.isSuccess()).isFalse();
        return future.cause();
    }

    private static java.util.function.Consumer<Throwable> code(dev.culvert.spi.ErrorCode code) {
        return failure -> {
            assertThat(failure).isInstanceOf(CulvertException.class);
            assertThat(((CulvertException) failure).code()).isEqualTo(code);
        };
    }

    private SocketPair pair() {
        return open(SocketPair.open(Loops.EPOLL));
    }

    private <T extends AutoCloseable> T open(T closeable) {
        opened.push(closeable);
        return closeable;
    }

    private record Ends(PrivateConnection near, PrivateConnection far) {}
}
