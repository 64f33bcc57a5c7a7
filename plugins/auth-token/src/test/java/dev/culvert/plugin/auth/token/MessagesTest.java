package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessagesTest {

    private static final String PROOF = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    @Test
    void aNameWithCommaAndEqualsSignIsEscapedOnTheWay() {
        ClientFirst sent = ClientFirst.of("n,,", "a,b=c", "nonce");

        assertThat(sent.format()).isEqualTo("n,,n=a=2Cb=3Dc,r=nonce");
        assertThat(ClientFirst.parse(sent.format())).isEqualTo(sent);
    }

    @Test
    void extensionsArePassedOverAndSigned() {
        ClientFirst first = ClientFirst.parse("y,,n=user,r=nonce,x=later,Y=a=b");

        assertThat(first.nonce()).isEqualTo("nonce");
        assertThat(first.bare()).isEqualTo("n=user,r=nonce,x=later,Y=a=b");

        ClientFinal last = ClientFinal.parse("c=biws,r=nonce,x=,p=p=,p=" + PROOF);
        assertThat(last.withoutProof()).isEqualTo("c=biws,r=nonce,x=,p=p=");
        assertThat(ServerFirst.parse("r=nonce,s=AAAA,i=4096,x=later").iterations())
                .isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n",
                "n,",
                "n,,",
                "n,,,",
                "x,,n=user,r=nonce",
                "p=,,n=user,r=nonce",
                "p=tls unique,,n=user,r=nonce",
                "n,a=root,n=user,r=nonce",
                "n,,m=must,n=user,r=nonce",
                "n,,n=,r=nonce",
                "n,,n=us=er,r=nonce",
                "n,,n===2C3D,r=nonce",
                "n,,n=us=2c,r=nonce",
                "n,,n=user",
                "n,,n=user,",
                "n,,n=user,r=",
                "n,,n=user,r=no nce",
                "n,,n=user,r=nöncé",
                "n,,r=nonce,n=user",
                "n,,n=user,r=nonce,",
                "n,,n=user,r=nonce,x",
                "n,,n=user,r=nonce,1=x",
                "n,,n=user,r=nonce,m=must",
                "n,,N=user,r=nonce",
            })
    void aFirstMessageOfAnotherFormIsRefused(String message) {
        assertThatThrownBy(() -> ClientFirst.parse(message)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesAndNoncesAreBounded() {
        assertThat(ClientFirst.parse("n,,n=" + "x".repeat(256) + ",r=" + "r".repeat(128))
                        .nonce())
                .hasSize(128);
        assertThatThrownBy(() -> ClientFirst.parse("n,,n=" + "x".repeat(257) + ",r=r"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClientFirst.parse("n,,n=x,r=" + "r".repeat(129)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c=biws,r=nonce",
                "r=nonce,c=biws,p=" + PROOF,
                "c=biw,r=nonce,p=" + PROOF,
                "c=bi ws,r=nonce,p=" + PROOF,
                "c=biws,r=nonce,p=",
                "c=biws,r=nonce,p=AAAA",
                "c=biws,r=nonce,p=" + PROOF + "AAAA",
                "c=biws,r=nonce,p=" + PROOF + ",",
                "c=biws,r=nonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "c=biws,r=nonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
                "c=biws,r=nonce,m=must,p=" + PROOF,
            })
    void aLastMessageOfAnotherFormIsRefused(String message) {
        assertThatThrownBy(() -> ClientFinal.parse(message)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r=nonce,s=AAAA",
                "r=nonce,s=,i=4096",
                "r=nonce,s=AAA,i=4096",
                "r=nonce,s=AAAA,i=4095",
                "r=nonce,s=AAAA,i=1000001",
                "r=nonce,s=AAAA,i=04096",
                "r=nonce,s=AAAA,i=+4096",
                "r=nonce,s=AAAA,i=99999999999",
                "r=nonce,s=AAAA,i=4096,m=must",
                "m=must,r=nonce,s=AAAA,i=4096",
                "e=other-error",
            })
    void aChallengeOfAnotherFormIsRefused(String message) {
        assertThatThrownBy(() -> ServerFirst.parse(message)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyTextOfABoundedLengthIsRead() {
        assertThat(MessageReader.text("r=é".getBytes(UTF_8))).isEqualTo("r=é");
        assertThat(MessageReader.text("x".repeat(4096).getBytes(UTF_8))).hasSize(4096);
        for (byte[] message : new byte[][] {
            {}, "x".repeat(4097).getBytes(UTF_8), {(byte) 0xff}, {(byte) 0xc0, (byte) 0x80}, {'a', 0}, {'a', '\n'}
        }) {
            assertThatThrownBy(() -> MessageReader.text(message)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
