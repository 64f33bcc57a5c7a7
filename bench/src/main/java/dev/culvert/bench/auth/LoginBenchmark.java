package dev.culvert.bench.auth;

import dev.culvert.plugin.auth.token.TokenAuthenticatorFactory;
import dev.culvert.plugin.auth.token.TokenCredentialFactory;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.testkit.Conversation;
import dev.culvert.testkit.TestPluginContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole login, both halves in one thread, with the client's keys already derived.
 *
 * <p>{@code wrong} and {@code unknown} have to take the same time: a median that differs by more than the noise tells a
 * stranger which names exist.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LoginBenchmark {

    private static final AuthenticationContext CONNECTION =
            new AuthenticationContext(new InetSocketAddress("127.0.0.1", 40000), null, Map.of(), false);

    /** What the client presents. */
    @Param({"good", "wrong", "unknown"})
    public String token = "good";

    private @Nullable TestPluginContext context;
    private @Nullable Authenticator authenticator;
    private @Nullable Credential credential;

    /** Enrolls one token and prepares the client. */
    @Setup
    public void enroll() throws IOException {
        TestPluginContext lent = new TestPluginContext(Role.SERVER, Files.createTempDirectory("login-benchmark"));
        TokenAuthenticatorFactory factory = new TokenAuthenticatorFactory(null, null, null, null);
        Secret good = factory.enroll(IssueRequest.named("laptop"), lent).secret();
        Secret other = factory.issue(IssueRequest.named("laptop")).secret();
        Secret presented = token.equals("good") ? good : other;
        credential =
                new TokenCredentialFactory(presented, token.equals("unknown") ? "nobody" : "laptop", null).build(lent);
        authenticator = factory.build(lent);
        context = lent;
    }

    /** Lets go of threads. */
    @TearDown
    public void close() {
        if (authenticator != null && context != null) {
            authenticator.close();
            context.close();
        }
    }

    /** One login, accepted or refused. */
    @Benchmark
    public Object login() {
        if (authenticator == null || credential == null) {
            throw new IllegalStateException("not set up");
        }
        try {
            // Cancelled as the platform does it, or the authenticator would keep every session.
            return new Conversation(authenticator, credential, CONNECTION)
                    .login()
                    .revoked()
                    .toCompletableFuture()
                    .cancel(false);
        } catch (CulvertException refused) {
            return refused;
        }
    }
}
