package dev.culvert.plugin.filter.compression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.testkit.HttpFilterTck;
import dev.culvert.testkit.HttpKit;
import dev.culvert.testkit.KitOrigin;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompressionFilterTest extends HttpFilterTck {

    private static final String TEXT = "All work and no play makes Jack a dull boy. ".repeat(4000);

    @Override
    protected HttpFilterFactory filter() {
        return new CompressionFilterFactory(null, null, null);
    }

    @Override
    protected List<String> looksAt() {
        return List.of("accept-encoding");
    }

    @Test
    void anAnswerComesOutAsItWentInAndIsSmaller() throws IOException {
        assertThat(read(ask("gzip", headers()), "gzip")).isEqualTo(TEXT);
        assertThat(read(ask("deflate", headers()), "deflate")).isEqualTo(TEXT);
        assertThat(ask("gzip", headers()).body()).hasSizeLessThan(TEXT.length() / 20);
    }

    @Test
    void theHeadersSayWhatHappened() {
        HttpHeaders of = headers()
                .set("content-length", TEXT.length())
                .set("etag", "\"strong\"")
                .set("accept-ranges", "bytes");

        var answer = ask("gzip", of);

        assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(answer.headers().firstValue("content-length")).isEmpty();
        assertThat(answer.headers().firstValue("etag")).contains("W/\"strong\"");
        assertThat(answer.headers().firstValue("accept-ranges")).isEmpty();
        assertThat(answer.headers().allValues("vary")).containsExactly("accept-encoding");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip;q=0 | ",
                "identity | ",
                "br | ",
                "gzip;q=0.2, deflate | deflate",
                "gzip;q=0.5, identity;q=0.8 | ",
                "* | gzip",
                "*;q=0 | ",
                "gzip;q=0, * | deflate",
                "x-gzip | gzip",
                "GZip;Q=1.0 | gzip",
                "gzip;q=nonsense | ",
            })
    void theVisitorDecides(String accepted, String coding) {
        assertThat(ask(accepted, headers())
                        .headers()
                        .firstValue("content-encoding")
                        .orElse(null))
                .isEqualTo(coding);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-type: text/event-stream",
                "content-type: TEXT/EVENT-STREAM; charset=utf-8",
                "content-type: image/png",
                "content-type: nonsense",
                "cache-control: public, no-transform",
                "content-encoding: br",
                "content-range: bytes 0-1/2"
            })
    void theServiceDecidesToo(String header) throws IOException {
        String[] parts = header.split(": ");

        var answer = ask("gzip", headers().set(parts[0], parts[1]));

        assertThat(answer.headers().firstValue("content-encoding").orElse("")).isNotEqualTo("gzip");
        assertThat(new String(answer.body(), UTF_8)).isEqualTo(TEXT);
    }

    @Test
    void aShortAnswerStaysAsItIs() {
        try (HttpKit kit = HttpKit.with(filter())) {
            var answer = kit.ask(
                    kit.request("/").POST(BodyPublishers.ofString("short")).header("accept-encoding", "gzip"));

            assertThat(answer.headers().firstValue("content-encoding")).isEmpty();
            assertThat(answer.body()).isEqualTo("short");
        }
    }

    @Test
    void anAnswerWithoutABodyStaysWithoutOne() {
        try (HttpKit kit = HttpKit.with(filter())) {
            kit.serving((request, answer) -> {
                answer.head(304, new DefaultHttpHeaders().set("content-type", "text/html"));
                answer.end();
            });

            assertThat(kit.askBytes(kit.request("/").header("accept-encoding", "gzip"))
                            .body())
                    .isEmpty();
            assertThat(kit.askBytes(kit.request("/")
                                    .method("HEAD", BodyPublishers.noBody())
                                    .header("accept-encoding", "gzip"))
                            .headers()
                            .firstValue("content-encoding"))
                    .isEmpty();
        }
    }

    @Test
    void whatTheServiceSendsIsSeenAtOnce() throws Exception {
        AtomicReference<KitOrigin.Answer> way = new AtomicReference<>();
        try (HttpKit kit = HttpKit.with(filter())) {
            kit.serving((request, answer) -> {
                answer.head(200, headers());
                answer.part("first".getBytes(UTF_8));
                way.set(answer);
            });
            try (var visitor = kit.socket()) {
                visitor.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: web.example\r\nAccept-Encoding: gzip\r\n\r\n".getBytes(UTF_8));
                InputStream in = visitor.getInputStream();
                while (!line(in).isEmpty()) {
                    // the head
                }
                int length = Integer.parseInt(line(in), 16);

                byte[] first = in.readNBytes(length);

                assertThat(new GZIPInputStream(new ByteArrayInputStream(first), 512).readNBytes(5))
                        .asString(UTF_8)
                        .isEqualTo("first");
                await().until(() -> way.get() != null);
                way.get().end();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private HttpResponse<byte[]> ask(String accepted, HttpHeaders headers) {
        try (HttpKit kit = HttpKit.with(filter())) {
            kit.serving((request, answer) -> {
                answer.head(200, headers);
                for (int start = 0; start < TEXT.length(); start += 10_000) {
                    answer.part(TEXT.substring(start, Math.min(TEXT.length(), start + 10_000))
                            .getBytes(UTF_8));
                }
                answer.end();
            });
            return kit.askBytes(kit.request("/").header("accept-encoding", accepted));
        }
    }

    private static HttpHeaders headers() {
        return new DefaultHttpHeaders().set("content-type", "text/html; charset=utf-8");
    }

    private static String read(HttpResponse<byte[]> answer, String coding) throws IOException {
        assertThat(answer.headers().firstValue("content-encoding")).contains(coding);
        InputStream bytes = new ByteArrayInputStream(answer.body());
        InputStream plain = coding.equals("gzip") ? new GZIPInputStream(bytes) : new InflaterInputStream(bytes);
        return new String(plain.readAllBytes(), UTF_8);
    }
}
