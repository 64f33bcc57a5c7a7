package dev.culvert.plugin.transport.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Secret;
import dev.culvert.spi.WireError;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.SocketPair;
import dev.culvert.testkit.Tape;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies that refuse, talk nonsense or nothing: each has a code, and none shows the password. */
class StrangeProxyTest {

    private static final HostPort SERVER = new HostPort("relay.example", 443);
    private static final String PASSWORD = "what-nobody-may-see";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 407 No\\r\\nProxy-Authenticate: Basic realm=x\\r\\n\\r\\n|PROXY_REFUSED|rejects the username",
                "HTTP/1.1 407 No\\r\\nProxy-Authenticate: Negotiate\\r\\n\\r\\n|PROXY_REFUSED|it takes Negotiate",
                "HTTP/1.1 403 Forbidden\\r\\n\\r\\n|PROXY_REFUSED|refuses to connect to relay.example:443",
                "HTTP/1.1 502 Bad Gateway\\r\\n\\r\\n|UNREACHABLE|cannot reach server relay.example:443",
                "HTTP/1.1 302 Found\\r\\nLocation: http://login/\\r\\n\\r\\n|NOT_A_PROXY|a page of its own",
                "HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n<html>|NOT_A_PROXY|a page of its own",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n<html>...|NOT_A_PROXY|a page of its own",
                "HTTP/1.1 405 No\\r\\n\\r\\n|NOT_A_PROXY|answers CONNECT with 405",
                "SSH-2.0-OpenSSH_9.2p1\\r\\n|NOT_A_PROXY|what is not HTTP",
            })
    void anHttpProxyThatDoesNotConnectHasACode(String answer, WireError code, String words) {
        CulvertException failure = failure(http(), bytes(answer.replace("\\r\\n", "\r\n")), false);

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessageContaining("http-proxy proxy:3128").hasMessageContaining(words);
        assertThat(failure.toString()).doesNotContain(PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "HTTP/1.1 200 OK\r\nA: b", "HTTP/1.1 200 OK\r\nA: b\r\n", "x"})
    void anHttpAnswerWithoutAnEndIsRefused(String repeated) {
        CulvertException failure = failure(http(), bytes(repeated.repeat(9000 / repeated.length() + 1)), false);

        assertThat(failure.code()).isEqualTo(WireError.NOT_A_PROXY);
    }

    @ParameterizedTest
    @CsvSource({
        "05ff,PROXY_REFUSED,takes no username",
        "05020101,PROXY_REFUSED,rejects the username",
        "05000502000100000000 0000,PROXY_REFUSED,refuses to connect",
        "05000504000100000000 0000,UNREACHABLE,reply 4",
        "05000507000100000000 0000,NOT_A_PROXY,reply 7",
        "0503,NOT_A_PROXY,not offered",
        "485454502f,NOT_A_PROXY,not SOCKS5",
    })
    void aSocksProxyThatDoesNotConnectHasACode(String answer, WireError code, String words) {
        byte[] bytes = java.util.HexFormat.of().parseHex(answer.replace(" ", ""));

        CulvertException failure = failure(socks(), bytes, false);

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessageContaining("socks5 proxy:1080").hasMessageContaining(words);
    }

    @Test
    void aProxyThatSaysNothingIsGivenUp() {
        assertThat(failure(quick(), new byte[0], false))
                .hasMessageContaining("has not connected to relay.example:443 within 200 ms");
        assertThat(failure(http(), new byte[0], true)).hasMessageContaining("ended the connection");
    }

    @Test
    void bytesAfterTheAnswerAreTheServersAndWaitToBeRead() throws IOException {
        byte[] answer = bytes("HTTP/1.1 200 OK\r\n\r\nthe server's first words");
        for (int split = 1; split < answer.length; split++) {
            try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
                Future<PrivateConnection> connecting = connect(http(), pair);
                OutputStream out = pair.far().getOutputStream();
                out.write(answer, 0, split);
                out.flush();
                out.write(answer, split, answer.length - split);
                PrivateConnection connection = connecting.syncUninterruptibly().getNow();
                Tape tape = Tape.on(connection.channel());
                assertThat(tape.text()).isEmpty();

                connection.channel().config().setAutoRead(true);

                await().untilAsserted(() -> assertThat(tape.text()).isEqualTo("the server's first words"));
            }
        }
    }

    @Test
    void anyBytesConnectOrFailWithACode() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = bytes("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n");
        for (int i = 0; i < 300; i++) {
            byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(40)] : good.clone();
            if (i % 2 == 0) {
                random.nextBytes(bytes);
            } else {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Transport transport = i % 4 < 2 ? http() : socks();
            try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
                Future<PrivateConnection> connecting = connect(transport, pair);
                pair.far().getOutputStream().write(bytes);
                pair.far().shutdownOutput();
                assertThat(connecting.awaitUninterruptibly(10, TimeUnit.SECONDS))
                        .as("seed %d, %d", seed, i)
                        .isTrue();
                if (!connecting.isSuccess()) {
                    assertThat(connecting.cause()).as("seed %d, %d", seed, i).isInstanceOf(CulvertException.class);
                }
            } catch (IOException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static CulvertException failure(Transport transport, byte[] answer, boolean end) {
        try (SocketPair.Raw pair = SocketPair.openRaw(Loops.NIO)) {
            Future<PrivateConnection> connecting = connect(transport, pair);
            pair.far().getOutputStream().write(answer);
            if (end) {
                pair.far().shutdownOutput();
            }
            assertThat(connecting.awaitUninterruptibly(30, TimeUnit.SECONDS)).isTrue();
            return (CulvertException) connecting.cause();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Future<PrivateConnection> connect(Transport transport, SocketPair.Raw pair) {
        pair.near().config().setAllowHalfClosure(true);
        return pair.near()
                .eventLoop()
                .submit(() -> transport.connect(pair.near(), SERVER))
                .syncUninterruptibly()
                .getNow();
    }

    private static Transport http() {
        return new ProxyTransport(
                new Proxy("http-proxy", new HostPort("proxy", 3128), login(), Duration.ofSeconds(20)),
                HttpConnect::new);
    }

    private static Transport socks() {
        return new ProxyTransport(
                new Proxy("socks5", new HostPort("proxy", 1080), login(), Duration.ofSeconds(20)), Socks5Connect::new);
    }

    private static Transport quick() {
        return new ProxyTransport(
                new Proxy("socks5", new HostPort("proxy", 1080), null, Duration.ofMillis(200)), Socks5Connect::new);
    }

    private static Login login() {
        return new Login("u", Secret.of(PASSWORD));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
