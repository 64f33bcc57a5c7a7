package dev.culvert.plugin.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.HostName;
import dev.culvert.spi.proxy.ProxyVersion;
import dev.culvert.testkit.KitTunnel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A directory, from visitor to file. */
final class FileSiteTest extends HttpTest {

    private static final String SECRET = "s3cret";

    /** Ways to a file beside the site, to what is hidden in it, or to what is no file. */
    private static final List<String> TRAPS = List.of(
            "/../secret.txt",
            "/docs/../../secret.txt",
            "/docs/../page.txt",
            "/./page.txt",
            "/page.txt/.",
            "/..",
            "/../",
            "/docs/..",
            "/%2e%2e/secret.txt",
            "/%2E%2e/secret.txt",
            "/.%2e/secret.txt",
            "/%2e./secret.txt",
            "/docs/%2e%2e/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/%2e%2e%2fsecret.txt",
            "/docs%2f..%2f..%2fsecret.txt",
            "/docs%2findex.html",
            "/..%5csecret.txt",
            "/..\\secret.txt",
            "/docs\\..\\..\\secret.txt",
            "/%252e%252e/secret.txt",
            "/..%252fsecret.txt",
            "/%c0%ae%c0%ae/secret.txt",
            "/..%c0%afsecret.txt",
            "/%e0%80%ae%e0%80%ae/secret.txt",
            "/%uff0e%uff0e/secret.txt",
            "/%ef%bc%8e%ef%bc%8e/secret.txt",
            "/..;/secret.txt",
            "/..;a=b/secret.txt",
            "/.../secret.txt",
            "/page.txt%00",
            "/page.txt%00.html",
            "/..%00/secret.txt",
            "/page.txt%0a",
            "/page.txt%7f",
            "/%ff",
            "/%",
            "/%2",
            "/%zz",
            "/page.txt%",
            "//secret.txt",
            "//etc/passwd",
            "/docs//index.html",
            "/page.txt/",
            "/page.txt/x",
            "/.env",
            "/%2eenv",
            "/.git/config",
            "/docs/.hidden/a.txt",
            "/out.txt",
            "/outside/secret.txt",
            "/outside",
            "/outside/",
            "/sibling/secret.txt",
            "/env.txt",
            "/loop",
            "/dangling",
            "/empty",
            "/empty/",
            "/nothing",
            "/nothing/",
            "/pipe",
            "/" + "n".repeat(300),
            "/n".repeat(1000));

    @TempDir
    private Path directory;

    private Path site;

    @BeforeEach
    void write() throws IOException {
        site = directory.resolve("site");
        Path beside = Files.createDirectories(directory.resolve("site-secret"));
        Files.createDirectories(site.resolve("docs/.hidden"));
        Files.createDirectories(site.resolve(".git"));
        Files.createDirectories(site.resolve("empty"));
        Files.createDirectories(site.resolve(".well-known"));
        for (String secret : List.of("secret.txt", "site-secret/secret.txt", "site/.env", "site/.git/config")) {
            Files.writeString(directory.resolve(secret), SECRET);
        }
        Files.writeString(site.resolve("docs/.hidden/a.txt"), SECRET);
        Files.writeString(site.resolve("index.html"), "<h1>home</h1>");
        Files.writeString(site.resolve("docs/index.html"), "<h1>docs</h1>");
        Files.writeString(site.resolve("page.txt"), "0123456789");
        Files.writeString(site.resolve("a b+%20"), "odd");
        Files.writeString(site.resolve(".well-known/token"), "known");
        Files.createSymbolicLink(site.resolve("out.txt"), directory.resolve("secret.txt"));
        Files.createSymbolicLink(site.resolve("outside"), directory);
        Files.createSymbolicLink(site.resolve("sibling"), beside);
        Files.createSymbolicLink(site.resolve("env.txt"), Path.of(".env"));
        Files.createSymbolicLink(site.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(site.resolve("dangling"), Path.of("gone"));
        Files.createSymbolicLink(site.resolve("inside.txt"), Path.of("docs/../page.txt"));
    }

    @Test
    void aVisitorGetsPagesAndTheIndexOfDirectories() throws Exception {
        Visitor visitor = visit(open());

        Message home = visitor.get(HOST, "/").head();
        assertThat(home.status()).isEqualTo(200);
        assertThat(home.field("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(home.field("date")).isNotNull();
        assertThat(visitor.body(home)).isEqualTo("<h1>home</h1>");
        assertThat(visitor.get(HOST, "/docs/?a=b").answer()).isEqualTo("<h1>docs</h1>");
        Message page = visitor.get(HOST, "/page.txt").head();
        assertThat(page.field("content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(visitor.body(page)).isEqualTo("0123456789");
        assertThat(visitor.get(HOST, "/inside.txt").answer()).isEqualTo("0123456789");
        assertThat(visitor.get(HOST, "/.well-known/token").answer()).isEqualTo("known");
        Message odd = visitor.get(HOST, "/a%20b+%2520").head();
        assertThat(odd.field("content-type")).isEqualTo("application/octet-stream");
        assertThat(odd.field("x-content-type-options")).isEqualTo("nosniff");
        assertThat(visitor.body(odd)).isEqualTo("odd");

        assertThat(tunnel().streams()).as("used for one request after another").hasSize(1);
    }

    @Test
    void aDirectoryWithoutItsSlashIsRedirectedBelowAnyPrefix() throws Exception {
        Path odd = Files.createDirectories(site.resolve("docs/b:c"));
        Files.writeString(odd.resolve("index.html"), "below");
        Visitor visitor = visit(open(Settings.site(site, HOST, "/app", true)));

        Message moved = visitor.get(HOST, "/app/docs?q=1").head();
        visitor.body(moved);
        assertThat(moved.status()).isEqualTo(308);
        assertThat(moved.field("location")).isEqualTo("./docs/?q=1");
        Message encoded = visitor.get(HOST, "/app/docs/b:c").head();
        visitor.body(encoded);
        assertThat(encoded.field("location")).isEqualTo("./b%3Ac/");
        assertThat(visitor.get(HOST, "/app/docs/b%3Ac/").answer()).isEqualTo("below");
    }

    @Test
    @EnabledIfSystemProperty(named = "sun.jnu.encoding", matches = "UTF-8", disabledReason = "no such names of files")
    void namesAreOfUtf8() throws Exception {
        Path directory = Files.createDirectories(site.resolve("\u00fcber"));
        Files.writeString(directory.resolve("index.html"), "below");
        Visitor visitor = visit(open());

        assertThat(visitor.get(HOST, "/%C3%BCber/").answer()).isEqualTo("below");
        Message moved = visitor.get(HOST, "/%c3%bcber").head();
        visitor.body(moved);
        assertThat(moved.field("location")).isEqualTo("./%C3%BCber/");
    }

    @Test
    void oneRangeIsAnsweredByThatPart() throws Exception {
        Visitor visitor = visit(open());
        String etag = etag(visitor);

        assertRange(visitor, "2345", "bytes 2-5/10", "Range: bytes=2-5");
        assertRange(visitor, "789", "bytes 7-9/10", "Range: bytes=7-");
        assertRange(visitor, "89", "bytes 8-9/10", "Range: bytes=-2");
        assertRange(visitor, "0123456789", "bytes 0-9/10", "Range: bytes=-99");
        assertRange(visitor, "9", "bytes 9-9/10", "Range: bytes=9-999999999999999999");
        assertRange(visitor, "01", "bytes 0-1/10", "Range: bytes=0-1", "If-Range: " + etag);
        for (String whole : List.of(
                "Range: bytes=0-1,4-5",
                "Range: bytes=5-2",
                "Range: bytes=-",
                "Range: bytes=a-b",
                "Range: lines=1-2",
                "Range: bytes=0-1\r\nIf-Range: \"other\"",
                "Range: bytes=0-1\r\nIf-Range: W/" + etag)) {
            Message answer = visitor.get(HOST, "/page.txt", whole).head();
            assertThat(visitor.body(answer)).as(whole).isEqualTo("0123456789");
            assertThat(answer.status()).as(whole).isEqualTo(200);
        }
        for (String beyond : List.of("bytes=10-", "bytes=10-20", "bytes=-0", "bytes=999999999999999999-")) {
            Message answer = visitor.get(HOST, "/page.txt", "Range: " + beyond).head();
            visitor.body(answer);
            assertThat(answer.status()).as(beyond).isEqualTo(416);
            assertThat(answer.field("content-range")).isEqualTo("bytes */10");
        }
    }

    @Test
    void whatAVisitorHasIsNotSentAgainUntilItChanges() throws Exception {
        Visitor visitor = visit(open());
        Message first = visitor.get(HOST, "/page.txt").head();
        visitor.body(first);
        String etag = first.field("etag");
        String modified = first.field("last-modified");

        for (String known : List.of(
                "If-None-Match: " + etag,
                "If-None-Match: \"x\", W/" + etag,
                "If-None-Match: *",
                "If-Modified-Since: " + modified)) {
            Message answer = visitor.get(HOST, "/page.txt", known).head();
            assertThat(answer.status()).as(known).isEqualTo(304);
            assertThat(answer.field("etag")).isEqualTo(etag);
        }
        for (String unknown : List.of(
                "If-None-Match: \"x\"",
                "If-None-Match: \"x\"\r\nIf-Modified-Since: " + modified,
                "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
                "If-Modified-Since: yesterday")) {
            assertThat(visitor.get(HOST, "/page.txt", unknown).answer())
                    .as(unknown)
                    .isEqualTo("0123456789");
        }
        Message failed = visitor.get(HOST, "/page.txt", "If-Match: \"x\"").head();
        visitor.body(failed);
        assertThat(failed.status()).isEqualTo(412);

        Path newer = Files.writeString(directory.resolve("newer"), "another");
        Files.move(newer, site.resolve("page.txt"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(visitor.get(HOST, "/page.txt", "If-None-Match: " + etag).answer())
                .isEqualTo("another");
    }

    @Test
    void headSaysWhatGetWould() throws Exception {
        Visitor visitor = visit(open());
        Message get = visitor.get(HOST, "/page.txt").head();
        visitor.body(get);

        visitor.say("HEAD /page.txt HTTP/1.1\r\nHost: " + HOST + "\r\nRange: bytes=0-1\r\n\r\n");
        Message head = visitor.head();
        assertThat(head.status()).isEqualTo(200);
        for (String field : List.of("content-length", "content-type", "etag", "last-modified", "accept-ranges")) {
            assertThat(head.field(field)).as(field).isEqualTo(get.field(field)).isNotNull();
        }
        visitor.say("HEAD /nothing HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
        assertThat(visitor.head().status()).isEqualTo(404);
        assertThat(visitor.get(HOST, "/page.txt").answer())
                .as("nothing was left over")
                .isEqualTo("0123456789");
    }

    @Test
    void otherMethodsAreRefused() throws Exception {
        int port = open();
        Visitor visitor = visit(port);

        for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "PROPFIND", "OPTIONS")) {
            visitor.say(method + " /page.txt HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 4\r\n\r\nbody");
            Message answer = visitor.head();
            visitor.body(answer);
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.field("allow")).isEqualTo("GET, HEAD");
            if ("close".equals(answer.field("connection"))) {
                visitor = visit(port);
            }
        }
        assertThat(site.resolve("page.txt")).hasContent("0123456789");
    }

    @Test
    void nothingOutsideAndNothingHiddenIsReached() throws Exception {
        pipe();
        int port = open();

        for (String trap : TRAPS) {
            Visitor visitor = visit(port).get(HOST, trap);
            Message answer = visitor.head();
            assertThat(answer.status()).as(trap).isIn(400, 404);
            assertThat(visitor.body(answer)).as(trap).doesNotContain(SECRET).doesNotContain("0123456789");
        }
    }

    @Test
    void theClientRefusesThatItself() throws Exception {
        pipe();
        SiteFiles files = new SiteFiles(site);

        for (String trap : Stream.concat(
                        TRAPS.stream(), Stream.of("", "*", "page.txt", "http://a/page.txt", "/page.txt#a"))
                .toList()) {
            SiteAnswer answer = files.answer(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, trap));
            assertThat(answer.file()).as(trap).isNull();
            assertThat(answer.head().status().code()).as(trap).isIn(400, 404);
        }
    }

    @Test
    void aLargeFileArrivesWhole() throws Exception {
        Random random = new Random(7);
        MessageDigest sent = MessageDigest.getInstance("SHA-256");
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(site.resolve("large.bin")), sent)) {
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < 20; i++) {
                random.nextBytes(part);
                out.write(part);
            }
            out.write(part, 0, 12345);
        }
        Visitor visitor = visit(open());

        Message head = visitor.get(HOST, "/large.bin").head();
        MessageDigest got = MessageDigest.getInstance("SHA-256");
        long left = Long.parseLong(head.field("content-length"));
        byte[] part = new byte[100_000];
        while (left > 0) {
            int read = visitor.in().read(part, 0, (int) Math.min(part.length, left));
            assertThat(read).isPositive();
            got.update(part, 0, read);
            left -= read;
        }

        assertThat(got.digest()).isEqualTo(sent.digest());
        assertThat(visitor.get(HOST, "/page.txt").answer()).isEqualTo("0123456789");
        assertThat(tunnel().streams()).hasSize(1);
        assertThat(tunnel().failedDials()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileIsReadAsItIsTakenAndClosedWhenItsVisitorLeaves() throws Exception {
        Path huge = site.resolve("huge.bin");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(512L << 20); // more than sockets on the way can hold
        }
        Visitor visitor = visit(open()).get(HOST, "/huge.bin");
        visitor.head();
        assertThat(visitor.in().readNBytes(1000)).hasSize(1000);
        assertThat(descriptors(huge)).isEqualTo(1);

        visitor.close();

        await().atMost(Duration.ofSeconds(20)).until(() -> descriptors(huge) == 0);
    }

    @Test
    void aFileThatBecomesShorterIsNotPassedOffAsWhole() throws Exception {
        Path shrinking = site.resolve("shrinking.bin");
        try (RandomAccessFile file = new RandomAccessFile(shrinking.toFile(), "rw")) {
            file.setLength(512L << 20);
            Visitor visitor = visit(open()).get(HOST, "/shrinking.bin");
            visitor.head();

            file.setLength(10);

            visitor.assertReset();
        }
    }

    @Test
    void aClientThatCannotReadMoreSaysSo() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        tunnels.add(tunnel);
        tunnel.arrive(kit.closing(new FileSite(site, task -> {
            throw new RejectedExecutionException("full");
        })));
        int port = kit.open(server(), tunnel, Settings.site(site, HOST, "", false))
                .endpoint()
                .port();

        Message answer = visit(port).get(HOST, "/page.txt").head();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.field("retry-after")).isEqualTo("1");
    }

    @Test
    void aClientThatIsToStopEndsTheStreamsThatAreKept() throws Exception {
        KitTunnel tunnel = kit.tunnel();
        tunnels.add(tunnel);
        FileSite service = kit.closing(new FileSite(site, Runnable::run));
        tunnel.arrive(service);
        int port = kit.open(server(), tunnel, Settings.site(site, HOST, "", false))
                .endpoint()
                .port();
        Visitor visitor = visit(port);
        assertThat(visitor.get(HOST, "/page.txt").answer()).isEqualTo("0123456789");

        service.drain();

        assertThat(tunnel.streams().get(0).closeFuture().await(20_000)).isTrue();
    }

    @Test
    void aDirectoryIsGivenAsSuch() throws Exception {
        assertThat(HttpTarget.parse("file:" + site)).isEqualTo(new LocalDirectory(site));
        assertThat(HttpTarget.parse("file://" + site + "/")).hasToString("file:" + site);
        assertThat(HttpTarget.parse(3000)).hasToString("localhost:3000");
        for (String malformed : List.of("file:", "file:site", "file:./site", "file://host/site", "file:/a\0b")) {
            assertThatThrownBy(() -> HttpTarget.parse(malformed))
                    .as(malformed)
                    .hasMessageContaining("an absolute path");
        }
        assertThatThrownBy(() -> HttpTarget.parse("/srv/site")).hasMessageContaining("file:/directory");
        for (Path missing : List.of(site.resolve("gone"), site.resolve("page.txt"))) {
            assertThatThrownBy(() -> open(Settings.site(missing, HOST, "", false)))
                    .hasMessageContaining("CLV-1004")
                    .hasMessageContaining("file:" + missing);
        }
    }

    @Test
    void whatOnlyAServiceCanDoIsRefused() {
        assertThat(Settings.site(site, HOST, "", false).service()).isNull(); // so that no health check is for it
        assertThat(Settings.site(site, HOST, "", false).local()).isEqualTo("file:" + site);
        assertThatThrownBy(() -> section("local", null, null)).hasMessageContaining("host_header");
        assertThatThrownBy(() -> section(null, ProxyVersion.V2, null)).hasMessageContaining("proxy_protocol");
        assertThatThrownBy(() -> section(null, null, "a.example")).hasMessageContaining("server_name");
    }

    private HttpTunnelFactory section(String hostHeader, ProxyVersion proxyProtocol, String serverName) {
        return new HttpTunnelFactory(
                new LocalDirectory(site),
                HostName.parse(HOST),
                "",
                false,
                hostHeader,
                null,
                null,
                false,
                null,
                null,
                null,
                null,
                null,
                proxyProtocol,
                null,
                null,
                serverName);
    }

    private int open() {
        return open(Settings.site(site, HOST, "", false));
    }

    private static String etag(Visitor visitor) throws IOException {
        Message answer = visitor.get(HOST, "/page.txt").head();
        visitor.body(answer);
        return answer.field("etag");
    }

    private static void assertRange(Visitor visitor, String part, String where, String... fields) throws IOException {
        Message answer = visitor.get(HOST, "/page.txt", fields).head();
        assertThat(answer.status()).as(where).isEqualTo(206);
        assertThat(answer.field("content-range")).isEqualTo(where);
        assertThat(visitor.body(answer)).isEqualTo(part);
    }

    /** Whoever opens it waits for a writer that never comes. */
    private void pipe() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", site.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
    }

    private static long descriptors(Path file) throws IOException {
        long count = 0;
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : all.toList()) {
                try {
                    count += Files.readSymbolicLink(descriptor).equals(file.toRealPath()) ? 1 : 0;
                } catch (NoSuchFileException e) {
                    // closed meanwhile
                }
            }
        }
        return count;
    }
}
