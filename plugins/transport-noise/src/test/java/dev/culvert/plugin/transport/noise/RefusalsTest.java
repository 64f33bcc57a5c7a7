package dev.culvert.plugin.transport.noise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.LeakDetection;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.SocketPair;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever does not fit is told why, on the side that can do something about it. */
class RefusalsTest {

    @AfterEach
    void releasesEveryBuffer() {
        LeakDetection.check();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NK", "XX", "IK", "KK", "NKpsk0", "NKpsk2"})
    void anotherServerThanThePinnedOne(String pattern) {
        Told told = meet(Samples.client(pattern, Samples.CLIENT, Samples.STRANGER), Samples.server(pattern));

        assertThat(told.client().code()).isEqualTo(AuthError.SERVER_NOT_PROVEN);
        assertThat(told.server()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"XX", "IK", "IKpsk1", "XXpsk3"})
    void aKeyThatIsNotListed(String pattern) {
        Told told = meet(Samples.client(pattern, Samples.STRANGER, Samples.SERVER), Samples.server(pattern));

        assertThat(told.client().code()).isEqualTo(AuthError.KEY_NOT_LISTED);
        assertThat(told.client().getMessage()).contains(Samples.publicKey(Samples.STRANGER));
        assertThat(told.server().code()).isEqualTo(AuthError.KEY_NOT_LISTED);
        assertThat(told.server().getMessage()).contains(Samples.publicKey(Samples.STRANGER));
    }

    @Test
    void aKeyThatIsNotListedWithKkLooksLikeAnotherServer() {
        Told told = meet(Samples.client("KK", Samples.STRANGER, Samples.SERVER), Samples.server("KK"));

        assertThat(told.client().code()).isEqualTo(AuthError.SERVER_NOT_PROVEN);
        assertThat(told.client().getMessage()).contains(Samples.publicKey(Samples.STRANGER));
        assertThat(told.server().code()).isEqualTo(WireError.TRANSPORT_FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NKpsk0", "IKpsk1", "XXpsk3", "KKpsk0"})
    void anotherPsk(String pattern) {
        Transport client =
                Samples.client(pattern, NoiseCipher.AESGCM, Samples.CLIENT, Samples.SERVER, Samples.OTHER_PSK);

        Told told = meet(client, Samples.server(pattern));

        assertThat(told.client().code()).isEqualTo(AuthError.SERVER_NOT_PROVEN);
        assertThat(told.client().getMessage()).contains("psk").doesNotContain(Samples.OTHER_PSK.reveal());
        assertThat(told.server().code()).isEqualTo(WireError.TRANSPORT_FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NKpsk2", "IKpsk2", "KKpsk2"})
    void anotherPskThatOnlyTheServersAnswerShows(String pattern) {
        Transport client =
                Samples.client(pattern, NoiseCipher.AESGCM, Samples.CLIENT, Samples.SERVER, Samples.OTHER_PSK);
        try (SocketPair pair = SocketPair.open(Loops.NIO)) {
            Samples.server(pattern).accept(pair.far());

            CulvertException told = refusal(client.connect(pair.near(), new HostPort("localhost", 1)));

            assertThat(told.code()).isEqualTo(AuthError.SERVER_NOT_PROVEN);
            assertThat(told.getMessage()).contains("psk");
        }
    }

    @Test
    void anotherPattern() {
        for (String client : new String[] {"NK", "XX", "IK", "KK"}) {
            for (String server : new String[] {"NK", "XX", "IK", "KK"}) {
                if (!client.equals(server)) {
                    Told told = meet(Samples.client(client), Samples.server(server));

                    ErrorCode code = told.client().code();
                    assertThat(code).as("%s at %s", client, server).isEqualTo(AuthError.SERVER_NOT_PROVEN);
                    assertThat(told.server().code()).isEqualTo(WireError.TRANSPORT_FAILED);
                }
            }
        }
    }

    @Test
    void anotherCipher() {
        Transport client = Samples.client("NK", NoiseCipher.CHACHAPOLY, Samples.CLIENT, Samples.SERVER, null);

        Told told = meet(client, Samples.server("NK"));

        assertThat(told.client().code()).isEqualTo(AuthError.SERVER_NOT_PROVEN);
        assertThat(told.server().code()).isEqualTo(WireError.TRANSPORT_FAILED);
        assertThat(told.server().getMessage()).contains("Noise_NK_25519_AESGCM_SHA256");
    }

    /** Both go on until neither can; the platform closes each raw channel that fails. */
    private static Told meet(Transport client, Transport server) {
        try (SocketPair pair = SocketPair.open(Loops.NIO)) {
            pair.near().config().setAllowHalfClosure(true);
            pair.far().config().setAllowHalfClosure(true);
            Future<?> far = server.accept(pair.far());
            far.addListener(done -> pair.far().close());
            Future<?> near = client.connect(pair.near(), new HostPort("localhost", 1));
            near.addListener(done -> pair.near().close());
            return new Told(refusal(near), refusal(far));
        }
    }

    private static CulvertException refusal(Future<?> future) {
        assertThat(future.awaitUninterruptibly(10, TimeUnit.SECONDS)).isTrue();
        @Nullable Throwable cause = future.cause();
        assertThat(cause).isInstanceOf(CulvertException.class);
        return (CulvertException) cause;
    }

    private record Told(CulvertException client, CulvertException server) {}
}
