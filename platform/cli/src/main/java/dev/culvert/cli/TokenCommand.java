package dev.culvert.cli;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.Rights;
import dev.culvert.spi.Role;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.auth.CredentialIssuer;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.auth.IssuedCredential;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert token}: credentials for clients. */
@Command(
        name = "token",
        description = "Makes credentials for clients.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = "  culvert token new laptop",
        subcommands = TokenCommand.New.class)
final class TokenCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a subcommand is required: new");
    }

    /** {@code culvert token new}. */
    @Command(
            name = "new",
            description = "Makes a token of 256 bits and prints it once, with what belongs into both files.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footerHeading = "%nExamples:%n",
            footer = {
                "  culvert token new laptop",
                "  culvert token new ci --ports 7000-7999 --types tcp --expires 2027-01-01",
                "  culvert token new laptop --enroll               for \"culvert server\" without a file"
            })
    static final class New implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Parameters(arity = "0..1", paramLabel = "NAME", description = "the token's name; default: one is made")
        private @Nullable String name;

        @Option(names = "--principal", paramLabel = "NAME", description = "whose it is; default: the token's name")
        private @Nullable String principal;

        @Option(
                names = "--account",
                paramLabel = "NAME",
                description = "whose endpoints these are; default: the principal")
        private @Nullable String account;

        @Option(names = "--expires", paramLabel = "DATE", description = "2027-01-01, or with a time; default: never")
        private @Nullable String expires;

        @Option(
                names = "--types",
                split = ",",
                paramLabel = "TYPE",
                description = "which types of tunnel; default: all")
        private Set<String> types = new LinkedHashSet<>();

        @Option(
                names = "--ports",
                split = ",",
                paramLabel = "RANGE",
                description = "which public ports, 7000 or 7000-7999; default: all")
        private List<String> ports = new ArrayList<>();

        @Option(
                names = "--names",
                split = ",",
                paramLabel = "PATTERN",
                description = "which names of tunnels, web-*; default: all")
        private List<String> names = new ArrayList<>();

        @Option(
                names = "--hosts",
                split = ",",
                paramLabel = "PATTERN",
                description = "which public host names, *.example.com; default: all")
        private List<String> hosts = new ArrayList<>();

        @Option(
                names = "--sessions",
                paramLabel = "N",
                description = "how many sessions of clients the account may have; default: no limit")
        private @Nullable Integer sessions;

        @Option(
                names = "--tunnels",
                paramLabel = "N",
                description = "how many endpoints the account may have; default: no limit")
        private @Nullable Integer tunnels;

        @Option(
                names = "--streams",
                paramLabel = "N",
                description = "how many connections, requests and flows it may have at once; default: no limit")
        private @Nullable Integer streams;

        @Option(
                names = "--bandwidth",
                paramLabel = "SIZE",
                description = "how much it may carry a second, each way, 1MiB; default: no limit")
        private @Nullable String bandwidth;

        @Option(
                names = "--sources",
                split = ",",
                paramLabel = "NETWORK",
                description = "which networks clients may log in from, 10.0.0.0/8; default: all")
        private List<String> sources = new ArrayList<>();

        @Option(
                names = "--enroll",
                description = "let a server without a file know it: write its verifier into the data directory")
        private boolean enroll;

        @Option(
                names = "--data-directory",
                paramLabel = "DIRECTORY",
                description = "the server's, for --enroll; default: this user's")
        private @Nullable Path dataDirectory;

        @Override
        public Integer call() {
            Rights rights = rights();
            IssueRequest request = new IssueRequest(name, principal, account, until(), rights);
            IssuedCredential issued = enroll ? enrolled(request) : issuer().issue(request);
            PrintWriter out = spec.commandLine().getOut();
            out.println("# The token \"" + issued.name() + "\". It is shown only now and kept nowhere.");
            out.println("token: " + issued.secret().reveal());
            out.println();
            if (enroll) {
                out.println("# A server without a file, or whose [[auth]] names no tokens, knows it within seconds.");
            } else {
                out.println("# Into the server's file, instead of an [[auth]] section of type \"token\" that names no"
                        + " tokens yet, as in config/server.toml;");
                out.println("# if there is one with tokens, only what begins with [[auth.tokens]], below them:");
                out.println(issued.serverToml().strip());
            }
            out.println();
            out.println(
                    "# Into the client's file, instead of its [[auth]] section (or CULVERT_TOKEN, or --token-file):");
            out.println(issued.clientToml().reveal().strip());
            out.println();
            out.println(
                    "# The client also needs the pin that the server prints when it starts (or --pin), instead of its");
            out.println("# line \"transport\":");
            out.println("# transport = { type = \"tls\", pin = \"sha256/...\" }");
            return ExitCode.STOPPED.value();
        }

        private Rights rights() {
            try {
                return new Rights(types, ports.stream().map(PortRange::parse).toList(), names)
                        .withHosts(hosts)
                        .withSessions(sessions)
                        .withTunnels(tunnels)
                        .withStreams(streams)
                        .withBandwidth(bandwidth == null ? null : DataSize.parse(bandwidth))
                        .withSources(sources.stream().map(SourceNetwork::parse).toList());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
        }

        private @Nullable Instant until() {
            if (expires == null) {
                return null;
            }
            try {
                return expires.indexOf('T') < 0
                        ? LocalDate.parse(expires).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : Instant.parse(expires);
            } catch (DateTimeParseException e) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--expires: \"" + expires + "\" (expected: 2027-01-01 or 2027-01-01T00:00:00Z)",
                        e);
            }
        }

        private IssuedCredential enrolled(IssueRequest request) {
            Path data = dataDirectory == null ? Directories.data() : dataDirectory;
            return issuer().enroll(request, new OfflineContext(Role.SERVER, data));
        }

        private static CredentialIssuer issuer() {
            Flags flags = new Flags();
            flags.set("token new", "listen", List.of(Map.of("bind", "127.0.0.1:0")));
            flags.set("token new", "auth", List.of(Map.of("type", "token")));
            for (AuthenticatorFactory factory :
                    new Configurations().server(null, flags).value().auth()) {
                if (factory instanceof CredentialIssuer issuer) {
                    return issuer;
                }
            }
            throw new CulvertException(
                    ConfigError.UNKNOWN_TYPE, "the plugin of auth type \"token\" does not issue credentials.");
        }
    }
}
