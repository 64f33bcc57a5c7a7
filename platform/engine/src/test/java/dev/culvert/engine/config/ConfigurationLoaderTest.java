package dev.culvert.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.Balance;
import dev.culvert.spi.protocol.OnConflict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file means, and what is said of one that means nothing. */
final class ConfigurationLoaderTest {

    private static final Plugins PLUGINS = Plugins.load(PluginsSection.DEFAULT, null);

    private static final ConfigurationLoader<Sample> LOADER =
            new ConfigurationLoader<>(Sample.class, ConfigurationMapper.create(), List.of(), section -> PLUGINS);

    @Test
    void aFileIsBoundWithSnakeCaseKeysUnitsAndDefaults() {
        Sample sample = load("""
                [[listen]]
                bind = "127.0.0.1:4444"
                proxy_protocol = true
                connections = 3

                [limits]
                login_timeout = "1m30s"
                window = "16MiB"
                """);

        assertThat(sample.listen().get(0).bind()).isEqualTo(new HostPort("127.0.0.1", 4444));
        assertThat(sample.listen().get(0).proxyProtocol()).isTrue();
        assertThat(sample.listen().get(0).connections()).isEqualTo(3);
        assertThat(sample.limits().loginTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(sample.limits().window()).isEqualTo(DataSize.ofMebibytes(16));
        assertThat(sample.limits().ratio()).isNull();
        assertThat(load("").limits().loginTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aBareNameATableAListAndLayersAreAllUnderstood() {
        assertThat(transports("\"other\"")).hasToString("[[OtherRegistry[]]]");
        assertThat(transports("{type = \"sample\", name = \"abc\"}"))
                .hasToString("[[SampleRegistry[name=abc, password=null, shards=null]]]");
        assertThat(transports("[\"other\", [\"other\", {type = \"other\"}]]"))
                .hasToString("[[OtherRegistry[]], [OtherRegistry[], OtherRegistry[]]]");
    }

    @Test
    void aTableIsTakenForAListOfOne() {
        assertThat(load("[listen]\nbind = 80").listen()).hasSize(1);
        assertThat(load("listen = {bind = 80, names = \"one\"}").listen().get(0).names())
                .containsExactly("one");
    }

    @Test
    void theKeysOfPlatformAndPluginShareTheTableOfATunnel() {
        TunnelSection tunnel = load("""
                [[tunnel]]
                name = "web"
                type = "sample"
                target = "127.0.0.1:3000"
                public_port = 80
                on_conflict = "replace"
                """).tunnel().get(0);

        assertThat(tunnel.name()).isEqualTo("web");
        assertThat(tunnel.enabled()).isTrue();
        assertThat(tunnel.onConflict()).isEqualTo(OnConflict.REPLACE);
        assertThat(tunnel.factory()).isEqualTo(new Sample.SampleTunnel(new HostPort("127.0.0.1", 3000), 80, null));
    }

    @Test
    void aWayToBalanceIsAWishToShareTheEndpoint() {
        String tunnel = "[[tunnel]]\nname = \"web\"\ntype = \"sample\"\ntarget = 80\npublic_port = 80\n";

        TunnelSection shared = load(tunnel + "balance = \"source-hash\"\nweight = 3\n")
                .tunnel()
                .get(0);
        assertThat(shared.onConflict()).isEqualTo(OnConflict.BALANCE);
        assertThat(shared.sharing()).isEqualTo(new TunnelSharing(Balance.SOURCE_HASH, 3));
        Map<String, Object> sent = new HashMap<>();
        shared.sharing().writeTo(sent);
        assertThat(sent).isEqualTo(Map.of("balance", "source-hash", "weight", 3));
        assertThat(TunnelSharing.of(sent)).isEqualTo(shared.sharing());
        assertThat(TunnelSharing.of(Map.of("balance", "a newer way"))).isEqualTo(TunnelSharing.DEFAULT);

        assertThat(problems(tunnel + "weight = 3\non_conflict = \"reject\"\n"))
                .singleElement()
                .asString()
                .contains("weight: set beside on_conflict = \"reject\" (expected: on_conflict = \"balance\", or none)");
        assertThat(problems(tunnel + "weight = 0\n")).singleElement().asString().contains("tunnel[0].weight: 0");
    }

    @Test
    void aHealthCheckIsOfHttpIfItHasAPath() {
        String tunnel = "[[tunnel]]\nname = \"web\"\ntype = \"sample\"\ntarget = 80\npublic_port = 80\nhealth_check = ";

        assertThat(load(tunnel + "{ path = \"/healthz\", failures = 1 }")
                        .tunnel()
                        .get(0)
                        .healthCheck())
                .isEqualTo(new HealthCheckSection(
                        HealthCheckSection.Kind.HTTP, "/healthz", Duration.ofSeconds(5), Duration.ofSeconds(3), 1, 2));
        assertThat(load(tunnel + "{}").tunnel().get(0).healthCheck())
                .extracting(HealthCheckSection::type)
                .isEqualTo(HealthCheckSection.Kind.TCP);
        assertThat(problems(tunnel + "{ type = \"tcp\", path = \"/\" }"))
                .singleElement()
                .asString()
                .contains("path: set beside type = \"tcp\" (expected: type = \"http\", or none)");
        assertThat(problems(tunnel + "{ path = \"no slash\", interval = \"0s\" }"))
                .anySatisfy(problem -> assertThat(problem).contains("interval"));
    }

    @Test
    void everythingWrongIsToldAtOnceWithLineKeyValueAndExpectation() {
        assertThat(problems("""
                [[listen]]
                bnid = "127.0.0.1:4444"
                connections = 11
                proxy_protocol = "maybe"

                [[tunnel]]
                name = "we b"
                type = "sample"
                target = "nowhere"
                public_port = 3.5
                enbled = false
                on_conflict = "win"

                [registry]
                type = "sample"
                name = "ab"
                shard = 1

                [limits]
                login_timeout = 30
                window = "12 apples"
                ratio = "x"

                [limmits]
                """))
                .containsExactly(
                        "CLV-1003: server.toml:2: listen[0].bnid: unknown key (did you mean \"bind\"?). Remove the key, or use the name that the message suggests.",
                        "CLV-1004: server.toml:3: listen[0].connections: 11 (must be less than or equal to 10). Give a value that the message describes.",
                        "CLV-1004: server.toml:4: listen[0].proxy_protocol: \"maybe\" (expected: true or false). Give a value that the message describes.",
                        "CLV-1004: server.toml:7: tunnel[0].name: \"we b\" (expected: letters, digits, dots, dashes, at most 64). Give a value that the message describes.",
                        "CLV-1004: server.toml:9: tunnel[0].target: address: \"nowhere\" (expected: host:port, [ipv6]:port or a port alone). Give a value that the message describes.",
                        "CLV-1004: server.toml:10: tunnel[0].public_port: 3.5 (expected: a whole number). Give a value that the message describes.",
                        "CLV-1003: server.toml:11: tunnel[0].enbled: unknown key (did you mean \"enabled\"?). Remove the key, or use the name that the message suggests.",
                        "CLV-1004: server.toml:12: tunnel[0].on_conflict: \"win\" (expected: one of \"reject\", \"replace\", \"balance\"). Give a value that the message describes.",
                        "CLV-1004: server.toml:16: registry.name: \"ab\" (expected: size must be at least 3). Give a value that the message describes.",
                        "CLV-1003: server.toml:17: registry.shard: unknown key (did you mean \"shards\"?). Remove the key, or use the name that the message suggests.",
                        "CLV-1004: server.toml:20: limits.login_timeout: \"30\" (expected: a duration with its unit, \"30s\", \"500ms\"). Give a value that the message describes.",
                        "CLV-1004: server.toml:21: limits.window: size: \"12 apples\" (expected: \"256KiB\", \"16MiB\" or a number of bytes). Give a value that the message describes.",
                        "CLV-1004: server.toml:22: limits.ratio: \"x\" (expected: a number). Give a value that the message describes.",
                        "CLV-1003: server.toml:24: limmits: unknown key (did you mean \"limits\"?). Remove the key, or use the name that the message suggests.");
    }

    @Test
    void whatIsMissingIsToldWithTheTableItIsMissingFrom() {
        assertThat(problems("[[listen]]\nconnections = 1\n[[tunnel]]\ntype = \"sample\"\ntarget = 80\n"))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).startsWith("CLV-1004: server.toml:1: listen[0].bind: required."),
                        problem -> assertThat(problem).startsWith("CLV-1004: server.toml:3: tunnel[0].name: required."),
                        problem -> assertThat(problem)
                                .startsWith(
                                        "CLV-1004: server.toml:3: tunnel[0].public_port: required (expected: a whole"));
    }

    @Test
    void whatAConstructorRefusesIsToldWithTheRest() {
        assertThat(problems("[limits]\nwindow = 5\n[listen]\nbind = 80\nconnections = 99\n"))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .startsWith("CLV-1004: server.toml:1: limits: window: 5B (expected: >= 1KiB)."),
                        problem -> assertThat(problem).contains("listen.connections: 99 (must be"));
    }

    @Test
    void anUnknownTypeIsToldWithTheKnownOnes() {
        assertThat(problems("[registry]\ntype = \"smaple\""))
                .singleElement()
                .asString()
                .startsWith("CLV-1005: server.toml:2: registry.type: unknown type \"smaple\" (known: other, sample; did"
                        + " you mean \"sample\"?).");
        assertThat(problems("[registry]\nname = \"x\""))
                .singleElement()
                .asString()
                .startsWith("CLV-1005: server.toml:1: registry: \"type\" is missing (known: other, sample).");
        assertThat(problems("registry = \"nothing\""))
                .singleElement()
                .asString()
                .startsWith("CLV-1005: server.toml:1: registry: unknown type \"nothing\"");
    }

    @Test
    void theJarOfAUsualTypeIsNamedWhenItIsNotThere() {
        assertThat(problems("[[tunnel]]\nname = \"web\"\ntype = \"tcp\""))
                .singleElement()
                .asString()
                .startsWith("CLV-1005: server.toml:3: tunnel[0].type: unknown type \"tcp\" (known: sample;"
                        + " protocol-tcp-<version>.jar provides it, and is not in the plugins directory).");
    }

    @Test
    void variablesAreSubstitutedInValuesOnly() {
        ConfigurationSources sources = ConfigurationSources.text("server.toml", """
                # ${NOT_SET} in a comment is nobody's business
                [listen]
                bind = "${HOST}:${PORT:-4444}"
                connections = "${CONNECTIONS}"
                proxy_protocol = "${PROXY:-true}"
                names = "${NAMES}"
                [registry]
                type = "sample"
                name = "$${HOST} ${QUOTED}"
                [limits]
                window = "${WINDOW:-}"
                """)
                .environment(Map.of("HOST", "localhost", "CONNECTIONS", "7", "QUOTED", "a\"\nb = 1", "NAMES", "a, b"));

        Sample sample = LOADER.load(sources).value();

        assertThat(sample.listen().get(0).bind()).isEqualTo(new HostPort("localhost", 4444));
        assertThat(sample.listen().get(0).connections()).isEqualTo(7);
        assertThat(sample.listen().get(0).proxyProtocol()).isTrue();
        assertThat(sample.listen().get(0).names()).containsExactly("a", "b");
        assertThat(sample.registry()).isEqualTo(new Sample.SampleRegistry("${HOST} a\"\nb = 1", null, null));
        assertThat(sample.limits().window()).isEqualTo(DataSize.ofKibibytes(256));
    }

    @Test
    void everyMissingVariableIsToldAndNothingElseOfItsValue() {
        assertThat(problems("[listen]\nbind = \"${HOST_}:1\"\nconnections = \"${COUNT_}\"\n[listn]\n"))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .isEqualTo("CLV-1006: server.toml:2: listen.bind: HOST_ is not set."
                                        + " Set the variable, or write ${NAME:-default}."),
                        problem ->
                                assertThat(problem).startsWith("CLV-1006: server.toml:3: listen.connections: COUNT_"),
                        problem -> assertThat(problem).startsWith("CLV-1003: server.toml:4: listn: unknown key"));
        assertThat(problems("[registry]\ntype = \"other${\""))
                .singleElement()
                .asString()
                .contains("registry.type: ${ without a name and an end");
    }

    @Test
    void aFlagForAPortLeavesTheHostAsItIs() {
        assertThat(bound("[[listen]]\nbind = \"127.0.0.1:1\"")).isEqualTo(new HostPort("127.0.0.1", 5));
        assertThat(bound("[[listen]]\nbind = \"[::1]:1\"")).isEqualTo(new HostPort("::1", 5));
        assertThat(bound("[[listen]]\nbind = \":1\"")).isEqualTo(new HostPort("", 5));
        assertThat(bound("[[listen]]\nbind = 1")).isEqualTo(new HostPort("", 5));
        assertThat(bound("")).isEqualTo(new HostPort("", 5));
    }

    private static HostPort bound(String toml) {
        ConfigurationSources sources = ConfigurationSources.text("server.toml", toml);
        return LOADER.load(sources.port("--port", "listen[0].bind", 5))
                .value()
                .listen()
                .get(0)
                .bind();
    }

    @Test
    void aFlagCountsMoreThanTheEnvironmentAndThatMoreThanTheFile() {
        ConfigurationSources file = ConfigurationSources.text("server.toml", "[listen]\nbind = 1\nconnections = 1")
                .environment(Map.of("BIND", "2"));

        assertThat(bind(file)).isEqualTo(1);
        assertThat(bind(file.variable("BIND", "listen[0].bind"))).isEqualTo(2);
        assertThat(bind(file.variable("BIND", "listen[0].bind").flag("--bind", "listen[0].bind", 3)))
                .isEqualTo(3);
        assertThat(bind(file.variable("NOT_SET", "listen[0].bind"))).isEqualTo(1);
        assertThat(bind(ConfigurationSources.none().flag("--bind", "listen[0].bind", 4)))
                .isEqualTo(4);
    }

    @Test
    void aFlagBeyondTheEndOfAListAddsToIt() {
        ConfigurationSources sources = ConfigurationSources.text("server.toml", "[[listen]]\nbind = 1\n")
                .flag("--listen", "listen[9].bind", 2)
                .flag("--listen", "listen[9].bind", "nowhere");

        assertThat(problems(sources))
                .singleElement()
                .asString()
                .startsWith("CLV-1004: flag --listen: listen[2].bind: address: \"nowhere\"");
    }

    @Test
    void aByteOrderMarkIsNotPartOfTheFirstKey(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("server.toml"), "\uFEFFlisten = {bind = 5}\r\n");

        assertThat(bind(ConfigurationSources.file(file))).isEqualTo(5);
    }

    @Test
    void aWrongFlagIsCalledByItsName() {
        ConfigurationSources sources = ConfigurationSources.none()
                .flag("--bind", "listen[0].bind", 1)
                .flag("--connections", "listen[0].connections", 20);

        assertThat(problems(sources))
                .singleElement()
                .asString()
                .startsWith("CLV-1004: flag --connections: listen[0].connections: 20 (must be");
    }

    @Test
    void aSecretIsNeverShown() {
        assertThat(problems("[[tunnel]]\nname = \"web\"\ntype = \"sample\"\ntarget = 1\npublic_port = 1\nkey = 31337"))
                .singleElement()
                .asString()
                .contains("tunnel[0].key: ")
                .doesNotContain("31337");
    }

    @Test
    void aSyntaxErrorIsToldWithLineAndColumn() {
        assertThat(problems("[listen]\nbind = \n")).singleElement().asString().startsWith("CLV-1002: server.toml:2:");
        assertThat(problems("a = 1\na = 2\n")).singleElement().asString().startsWith("CLV-1002: server.toml:2:");
    }

    @Test
    void aFileThatCannotBeReadIsNamed(@TempDir Path folder) throws Exception {
        Path binary = Files.write(folder.resolve("binary.toml"), new byte[] {(byte) 0xff, (byte) 0xfe});

        assertThat(problems(ConfigurationSources.file(folder.resolve("none.toml"))))
                .singleElement()
                .asString()
                .startsWith("CLV-1001: ")
                .contains("none.toml: does not exist.");
        assertThat(problems(ConfigurationSources.file(binary)))
                .singleElement()
                .asString()
                .contains("is not UTF-8");
        assertThat(problems(ConfigurationSources.file(folder)))
                .singleElement()
                .asString()
                .contains("is a directory");
    }

    @Test
    void thePluginsSectionIsCheckedBeforeAnythingIsLoaded() {
        assertThat(problems("[plugins]\ndirectory = \"x\"\nallow = [\"abc\"]"))
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith("CLV-1003: server.toml:2: plugins.directory: unknown key (did you mean"
                                + " \"directories\"?)"));
    }

    @Test
    void pluginsAreLoadedFromWhereTheFileSays() {
        Path[] seen = new Path[1];
        ConfigurationLoader<Sample> loader =
                new ConfigurationLoader<>(Sample.class, ConfigurationMapper.create(), List.of(), section -> {
                    seen[0] = section.directories().get(0);
                    return PLUGINS;
                });

        loader.load(ConfigurationSources.text("server.toml", "[plugins]\ndirectories = \"more/plugins\""));

        assertThat(seen[0]).isEqualTo(Path.of("more/plugins"));
    }

    @Test
    void aTimeIsWrittenAsTomlHasIt() {
        assertThat(load("[limits]\nuntil = 2027-01-01T01:00:00+01:00").limits().until())
                .isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(problems("[limits]\nuntil = \"tomorrow\""))
                .singleElement()
                .asString()
                .startsWith("CLV-1004: server.toml:2: limits.until: \"tomorrow\" (expected: a time, 2027-01-01T00");
    }

    @Test
    void aValueWhereATableIsMeantIsRefused() {
        assertThat(problems("limits = 5"))
                .singleElement()
                .asString()
                .startsWith("CLV-1004: server.toml:1: limits: 5 (expected: a table).");
    }

    @Test
    void aSecretInAFileThatOthersCanReadIsWarnedAbout(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("server.toml"), """
                [registry]
                type = "sample"
                name = "abc"
                password = "hunter2"
                """);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(LOADER.load(ConfigurationSources.file(file)).warnings())
                .singleElement()
                .asString()
                .contains("server.toml:4: registry.password: a secret in a file that every user")
                .doesNotContain("hunter2");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(LOADER.load(ConfigurationSources.file(file)).warnings()).isEmpty();
    }

    @Test
    void anAbsentNumberIsNeverZero() {
        assertThat(problems("[[tunnel]]\nname = \"web\"\ntype = \"sample\""))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .startsWith(
                                        "CLV-1004: server.toml:1: tunnel[0].public_port: required (expected: a whole"),
                        problem ->
                                assertThat(problem).startsWith("CLV-1004: server.toml:1: tunnel[0].target: required."));
    }

    @Test
    void aShapeUnderstandsAShortFormAndFillsInTheNameOfAPlugin() {
        Shape limits = new Shape(
                Sample.Limits.class,
                written -> written.isTextual()
                        ? JsonNodeFactory.instance.objectNode().set("window", written)
                        : written);
        Shape listen = new Shape(
                Sample.Listen.class,
                written -> written.has("transport")
                        ? written
                        : ((ObjectNode) written.deepCopy()).put("transport", "missing"));
        ConfigurationLoader<Sample> loader = new ConfigurationLoader<>(
                Sample.class, ConfigurationMapper.create(), List.of(limits, listen), section -> PLUGINS);

        assertThat(loader.load(ConfigurationSources.text("server.toml", "limits = \"1MiB\""))
                        .value()
                        .limits()
                        .window())
                .isEqualTo(DataSize.ofMebibytes(1));
        assertThat(catchThrowableOfType(
                        InvalidConfiguration.class,
                        () -> loader.load(ConfigurationSources.text("server.toml", "[listen]\nbind = 1"))))
                .hasMessageStartingWith("CLV-1005: server.toml:1: listen.transport: unknown type \"missing\"");
    }

    private static Object transports(String toml) {
        return load("[listen]\nbind = 1\ntransport = " + toml).listen().get(0).transport();
    }

    private static int bind(ConfigurationSources sources) {
        return LOADER.load(sources).value().listen().get(0).bind().port();
    }

    private static Sample load(String toml) {
        return LOADER.load(ConfigurationSources.text("server.toml", toml)).value();
    }

    private static List<String> problems(String toml) {
        return problems(ConfigurationSources.text("server.toml", toml));
    }

    private static List<String> problems(ConfigurationSources sources) {
        InvalidConfiguration invalid = catchThrowableOfType(InvalidConfiguration.class, () -> LOADER.load(sources));
        assertThat(invalid).as("the configuration is refused").isNotNull();
        return invalid.problems().stream().map(Problem::toString).toList();
    }
}
