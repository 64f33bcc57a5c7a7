package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ongres.scram.client.ScramClient;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.auth.Verdict;
import dev.culvert.testkit.TestPluginContext;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SCRAM client of the PostgreSQL driver logs in here: our two halves do not merely agree with each other. */
final class ForeignClientTest {

    private static final String BINDING = "tls-server-end-point";

    @TempDir
    private Path directory;

    @Test
    void logsInWithoutChannelBinding() throws Exception {
        assertThat(login(Map.of(), null).principal().name()).isEqualTo("laptop");
    }

    @Test
    void logsInWithChannelBinding() throws Exception {
        byte[] certificate = {1, 2, 3};

        assertThat(login(Map.of(BINDING, certificate), certificate).principal().name())
                .isEqualTo("laptop");
    }

    @Test
    void isRefusedWithTheBindingOfAnotherConnection() {
        assertThatThrownBy(() -> login(Map.of(BINDING, new byte[] {1, 2, 3}), new byte[] {4}))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(CulvertException.class)
                .hasMessageStartingWith("CLV-2001: the login was made for another connection");
    }

    private Verdict.Accepted login(Map<String, byte[]> atServer, byte[] atClient) throws Exception {
        AuthenticationContext connection =
                new AuthenticationContext(new InetSocketAddress("127.0.0.1", 40000), null, atServer, true);
        try (TestPluginContext context = new TestPluginContext(Role.SERVER, directory)) {
            TokenAuthenticatorFactory factory = new TokenAuthenticatorFactory(null, null, null, null);
            String token = factory.enroll(IssueRequest.named("laptop"), context)
                    .secret()
                    .reveal();
            Authenticator authenticator = factory.build(context);
            ScramClient.FinalBuildStage stage = ScramClient.builder()
                    .advertisedMechanisms(authenticator.mechanisms(connection))
                    .username("laptop")
                    .password(token.toCharArray());
            ScramClient client = (atClient == null ? stage : stage.channelBinding(BINDING, atClient)).build();
            Authenticator.Exchange exchange =
                    authenticator.begin(client.getScramMechanism().getName(), connection);

            Verdict challenge = next(exchange, client.clientFirstMessage().toString());
            client.serverFirstMessage(new String(((Verdict.Challenge) challenge).message(), UTF_8));
            Verdict.Accepted accepted = (Verdict.Accepted)
                    next(exchange, client.clientFinalMessage().toString());
            client.serverFinalMessage(new String(accepted.message(), UTF_8));
            authenticator.close();
            return accepted;
        }
    }

    private static Verdict next(Authenticator.Exchange exchange, String message) {
        return exchange.next(message.getBytes(UTF_8)).toCompletableFuture().join();
    }
}
