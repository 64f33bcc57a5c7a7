package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is configured as a secret stands in nothing that Culvert says, in no spelling. */
@Tag("slow")
class SecretsTest {

    private static final int SECRETS = 50;

    @TempDir
    private Path directory;

    private final Random random = new Random(20_240_117);
    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final Map<String, String> said = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();

    @Test
    void noneOfFiftyIsSaidAnywhere() throws Exception {
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=server", "-ext", "san=ip:127.0.0.1");
        keytool("-exportcert", "-rfc", "-file", directory.resolve("ca.pem").toString());
        environment.put("SERVER_TOKEN", secret("token of the server"));
        environment.put("JWT_SECRET", secret("secret of JWTs"));
        Path psk = Pair.write(directory, "psk", key("psk"));
        Path privateKey = Pair.write(directory, "noise.key", key("private key of the server"));
        String ownKey = key("private key of a client");
        String listed = publicKey(Pair.write(directory, "client.key", ownKey));
        String issued = run("token", "new", "named").out();
        Path named = Pair.write(directory, "named", remember("named token", line(issued, "token: (\\S+)")) + "\n");
        String verifier = remember("verifier of a token", line(issued, "verifier = \"(\\S+)\""));
        Path serverFile =
                Pair.write(directory, "server.toml", """
                [[listen]]
                name = "web"
                bind = "127.0.0.1:0"
                transport = [[{type = "tls", pkcs12 = "store.p12", password = {file = "password"}}, "websocket"]]
                [[listen]]
                name = "noise"
                bind = "127.0.0.1:0"
                transport = {type = "noise", pattern = "NKpsk2", psk = {file = "%s"}, private_key = {file = "%s"}}
                [[auth]]
                type = "token"
                token = "${SERVER_TOKEN}"
                tokens = [{name = "named", verifier = "%s"}]
                [[auth]]
                type = "jwt"
                issuer = "https://issuer.example"
                audience = ["culvert"]
                secret = "${JWT_SECRET}"
                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                [[listen]]
                name = "peers"
                bind = "127.0.0.1:0"
                transport = {type = "noise", pattern = "IK", private_key = {file = "%s"}, peer = [{public_key = "%s", principal = "p"}]}
                """.formatted(psk, privateKey, verifier, privateKey, listed)
                        .replace("store.p12", directory.resolve("store.p12").toString())
                        .replace("{file = \"password\"}", "{file = \"" + directory.resolve("password") + "\"}"));
        try (Service echo = Service.echo();
                Service proxy = Service.start((connection, in, out) -> {
                    in.read(new byte[8192]);
                    out.write("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                });
                Culvert server = start("server", serverFile.toString(), "--admin", "0", "--log-level", "trace")) {
            server.await("^ready$");
            List<String> ports = server.out()
                    .lines()
                    .filter(line -> line.startsWith("clients: port "))
                    .map(line -> line.replaceAll("^clients: port (\\d+).*", "$1"))
                    .toList();
            assertThat(ports).as(server.toString()).hasSize(3);
            String tunnel = Pair.tunnel("web", echo.port(), 0);
            String web = "server = \"127.0.0.1:" + ports.get(0) + "\"\n";
            String tls = "{type = \"tls\", ca = \"" + directory.resolve("ca.pem") + "\"}";
            String noise = "server = \"127.0.0.1:" + ports.get(1) + "\"\n";
            String pin = publicKey(privateKey);

            works("token", web + transport(tls, headers(14)) + token("${SERVER_TOKEN}") + tunnel);
            String signed = signed(secrets.get("secret of JWTs"));
            environment.put("JWT", remember("JWT", signed));
            works("jwt", web + transport(tls, headers(5)) + auth("jwt", "token = \"${JWT}\"") + tunnel);
            works("noise", noise + noise(pin, "{file = \"" + psk + "\"}") + token("${SERVER_TOKEN}") + tunnel);

            works(
                    "named",
                    web + transport(tls, headers(1)) + auth("token", "token = {file = \"" + named + "\"}") + tunnel);
            works(
                    "peer",
                    "server = \"127.0.0.1:" + ports.get(2)
                            + "\"\ntransport = {type = \"noise\", pattern = \"IK\", pin = \"" + pin
                            + "\", private_key = \"" + ownKey + "\"}\n"
                            + token("${SERVER_TOKEN}") + tunnel);

            fails("literal", web + transport(tls, headers(3)) + token(secret("token in a file")) + tunnel);
            fails(
                    "jwt-of-another-key",
                    web
                            + transport(tls, headers(3))
                            + auth("jwt", "token = \"" + remember("wrong JWT", signed(secret("wrong key"))) + "\"")
                            + tunnel);
            fails(
                    "jwt-that-is-none",
                    web + transport(tls, headers(2)) + auth("jwt", "token = \"" + secret("no JWT") + "\"") + tunnel);
            fails("wrong-psk", noise + noise(pin, "\"" + key("wrong psk") + "\"") + token("${SERVER_TOKEN}") + tunnel);
            fails("short-psk", noise + noise(pin, "\"" + secret("malformed psk") + "\"") + token("x") + tunnel);
            for (String type : List.of("http-proxy", "socks5")) {
                String through = "transport = [[{type = \"" + type + "\", address = \"127.0.0.1:" + proxy.port()
                        + "\", username = \"u\", password = \"" + secret("password of " + type) + "\"}, " + tls
                        + ", {type = \"websocket\", headers = {" + headers(1) + "}}]]\n";
                fails(type, web + through + token("${SERVER_TOKEN}") + tunnel);
            }
            fails(
                    "password",
                    web + "transport = {type = \"tls\", pkcs12 = \"" + directory.resolve("store.p12")
                            + "\", password = \"" + secret("wrong password") + "\"}\n" + token("${SERVER_TOKEN}")
                            + tunnel);
            fails(
                    "misplaced",
                    web + "transport = {type = \"tls\", psk = \"" + secret("secret under an unknown key") + "\"}\n"
                            + token("${SERVER_TOKEN}") + tunnel);
            fails(
                    "oidc",
                    web
                            + transport(tls, headers(1))
                            + auth(
                                    "jwt",
                                    "token_url = \"http://127.0.0.1:" + proxy.port()
                                            + "/token\"\nclient_id = \"c\"\nclient_secret = \""
                                            + secret("secret of OAuth") + "\"")
                            + tunnel);
            refused("flag", ports.get(0), "--token", secret("token of a flag"));
            Path wrong = Pair.write(directory, "wrong-token", secret("token of a flag's file") + "\n");
            refused("flag-file", ports.get(0), "--token-file", wrong.toString());
            environment.put("CULVERT_TOKEN", secret("token of the environment"));
            refused("environment", ports.get(0));

            hear("server.config", run("config", "show", serverFile.toString()));
            hear("server.check", run("check", serverFile.toString()));
            Administration administration = Administration.of(server);
            said.put("server.metrics", administration.get("/metrics"));
            hear("server.status", run("status", "--json", "--at", administration.address()));
            hear("server.status.table", run("status", "--at", administration.address()));
            for (String file : List.of("literal", "http-proxy", "password", "oidc")) {
                hear(
                        file + ".config",
                        run("config", "show", directory.resolve(file + ".toml").toString()));
            }
            said.put("server.threads", threads(server));
            hear("server", server);
        }

        System.out.printf("secrets: %d in %d outputs%n", secrets.size(), said.size());
        assertThat(secrets).hasSizeGreaterThanOrEqualTo(SECRETS);
        List<String> leaks = new ArrayList<>();
        said.forEach((where, text) -> secrets.forEach((what, secret) -> spellings(secret).stream()
                .filter(text::contains)
                .forEach(spelling -> leaks.add(what + " in " + where + ": " + context(text, spelling)))));
        assertThat(leaks).isEmpty();
    }

    private void works(String name, String text) throws Exception {
        Path file = Pair.write(directory, name + ".toml", "client_id = \"" + name + "\"\n" + text);
        try (Culvert client = start("client", file.toString(), "--metrics", "127.0.0.1:0", "--log-level", "trace")) {
            assertThat(Visitor.isServed(Pair.endpoint(client, "web"))).isTrue();
            Administration administration = Administration.of(client);
            said.put(name + ".metrics", administration.get("/metrics"));
            hear(name + ".status", run("status", "--json", "--at", administration.address()));
            hear(name + ".config", run("config", "show", file.toString()));
            said.put(name + ".threads", threads(client));
            hear(name, client);
        }
    }

    private void fails(String name, String text) {
        Path file = Pair.write(directory, name + ".toml", "client_id = \"" + name + "\"\n" + text);
        Culvert client = run("client", file.toString(), "--once", "--log-level", "trace");
        assertThat(client.exitCode()).as("%s: %s", name, client).isPositive();
        hear(name, client);
    }

    private void refused(String name, String port, String... flags) {
        List<String> command = new ArrayList<>(List.of("tcp", "3000", "--server", "127.0.0.1:" + port));
        command.addAll(List.of("--once", "--log-level", "trace"));
        command.addAll(List.of(flags));
        Culvert client = run(command.toArray(String[]::new));
        assertThat(client.exitCode()).as(client.toString()).isPositive();
        hear(name, client);
    }

    private void hear(String where, Culvert process) {
        said.put(where, process.toString());
    }

    private Culvert start(String... arguments) {
        return Culvert.start(Culvert.home(), directory, environment, arguments);
    }

    private Culvert run(String... arguments) {
        return Culvert.run(Culvert.home(), directory, environment, arguments);
    }

    private static String line(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private String publicKey(Path privateKey) throws Exception {
        // The point of X25519's base, times the key.
        var pair = java.security.KeyPairGenerator.getInstance("X25519");
        byte[] key = Base64.getDecoder().decode(Files.readString(privateKey));
        pair.initialize(java.security.spec.NamedParameterSpec.X25519, new java.security.SecureRandom() {
            private static final long serialVersionUID = 1;

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(key, 0, bytes, 0, bytes.length);
            }
        });
        byte[] encoded = pair.generateKeyPair().getPublic().getEncoded();
        return Base64.getEncoder()
                .encodeToString(java.util.Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }

    private static String threads(Culvert process) throws Exception {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        "Thread.print",
                        "-l")
                .redirectErrorStream(true)
                .start();
        String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jcmd.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(text).contains("\"main\"");
        return text;
    }

    private static String transport(String tls, String headers) {
        return "transport = [[" + tls + ", {type = \"websocket\", headers = {" + headers + "}}]]\n";
    }

    private static String noise(String pin, String psk) {
        return "transport = {type = \"noise\", pattern = \"NKpsk2\", pin = \"" + pin + "\", psk = " + psk + "}\n";
    }

    private static String token(String token) {
        return auth("token", "token = \"" + token + "\"");
    }

    private static String auth(String type, String lines) {
        return "[[auth]]\ntype = \"" + type + "\"\n" + lines + "\n";
    }

    private String headers(int count) {
        List<String> headers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            headers.add("\"X-Key-" + i + "\" = \"" + secret("header " + secrets.size()) + "\"");
        }
        return String.join(", ", headers);
    }

    /** 40 characters, of which some are spelled differently in addresses. */
    private String secret(String name) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return remember(name, "s3+/=" + HexFormat.of().formatHex(bytes) + "~:@");
    }

    private String key(String name) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return remember(name, Base64.getEncoder().encodeToString(bytes));
    }

    private String remember(String name, String secret) {
        secrets.put(name, secret);
        return secret;
    }

    private static String signed(String secret) throws Exception {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String claims = "{\"iss\":\"https://issuer.example\",\"aud\":\"culvert\",\"sub\":\"alice\",\"exp\":"
                + Instant.now().plusSeconds(3600).getEpochSecond() + "}";
        String text = base64.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.US_ASCII)) + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.US_ASCII));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return text + "." + base64.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** As it is, in addresses, in hexadecimal, and in base64 wherever it may begin in what is encoded. */
    private static List<String> spellings(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        List<String> spellings = new ArrayList<>(List.of(
                secret,
                URLEncoder.encode(secret, StandardCharsets.UTF_8),
                HexFormat.of().formatHex(bytes)));
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String base64 = Base64.getEncoder().encodeToString(shifted);
            String certain = base64.substring(before == 0 ? 0 : 4, base64.length() - 4);
            spellings.add(certain);
            spellings.add(certain.replace('+', '-').replace('/', '_'));
        }
        return spellings;
    }

    private static String context(String text, String found) {
        int at = text.indexOf(found);
        return text.substring(Math.max(0, at - 100), Math.min(text.length(), at + found.length() + 50));
    }

    private void keytool(String... arguments) throws Exception {
        String password = secrets.containsKey("password of the server")
                ? secrets.get("password of the server")
                : secret("password of the server");
        Pair.write(directory, "password", password);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-keystore", directory.resolve("store.p12").toString(), "-alias", "key", "-storepass", password));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
