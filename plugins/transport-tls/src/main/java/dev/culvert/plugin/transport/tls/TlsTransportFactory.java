package dev.culvert.plugin.transport.tls;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.Transport;
import dev.culvert.spi.transport.TransportFactory;
import io.netty.handler.ssl.ClientAuth;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * TLS on the connection between client and server. {@code transport = "tls"}, or a table with these keys.
 *
 * <p>Nothing turns verification off. Files are read again when they change.
 *
 * @param provider whose TLS; default {@code auto}
 * @param minVersion the oldest version spoken; default {@code 1.3}
 * @param alpn the protocols of ALPN, the best first; default {@code culvert/1} and {@code http/1.1}
 * @param certificate PEM, this end's certificate and those that vouch for it; on a server by default a certificate that
 *     it makes itself, on a client none
 * @param key PEM, the certificate's key
 * @param pkcs12 both in one file, instead
 * @param password of the PKCS #12 file
 * @param ca client: PEM, who may vouch for the server; default those that the system trusts
 * @param pins client: keys of the server, any of which will do, whoever vouches for them
 * @param serverName client: the name in the server's certificate, where it is not the host of {@code server}
 * @param clientCa server: PEM, who may vouch for clients; by default clients need no certificate
 * @param clientAuth server: whether clients need a certificate; default {@code required}
 * @param principal server: which part of a client's certificate is its principal; default {@code subject_cn}
 */
@Extension
@JsonTypeName("tls")
public record TlsTransportFactory(
        @Nullable TlsProvider provider,

        @Nullable @Pattern(regexp = "1\\.[23]", message = "\"1.2\" or \"1.3\"")
        String minVersion,

        @Nullable List<@Size(min = 1, max = 255) String> alpn,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path pkcs12,
        @Nullable Secret password,
        @Nullable Path ca,
        @JsonProperty("pin") @Nullable List<Pin> pins,
        @Nullable @Size(min = 1, max = 253) String serverName,
        @Nullable Path clientCa,
        @Nullable ClientCertificates clientAuth,
        @Nullable PrincipalRule principal)
        implements TransportFactory {

    private static final List<String> ALPN = List.of("culvert/1", "http/1.1");

    @Override
    public Transport build(PluginContext context) {
        requireFitting(context.role());
        return context.role() == Role.SERVER ? server(context) : client(context);
    }

    private Transport server(PluginContext context) {
        IdentitySource source = source();
        IdentitySource identity = source == null ? new OwnIdentity(context.dataDirectory()) : source;
        ClientAuth wanted = clientCa == null
                ? ClientAuth.NONE
                : requireNonNullElse(clientAuth, ClientCertificates.REQUIRED).netty();
        PrincipalRule rule = requireNonNullElse(principal, PrincipalRule.SUBJECT_CN);
        Suites suites = suites();
        Contexts contexts = new Contexts(
                () -> suites.server(
                        identity.load(),
                        clientCa == null ? null : new ClientTrust(TrustFile.load(clientCa), rule),
                        wanted),
                () -> List.of(identity.stamp(), stampOf(clientCa)),
                context);
        if (source != null || clientCa != null) {
            loadNow(contexts);
        } // else a key is made when the server starts, not when its file is only checked
        return new TlsServer(contexts, wanted, rule);
    }

    private Transport client(PluginContext context) {
        IdentitySource identity = source();
        List<Pin> pinned = requireNonNullElse(pins, List.of());
        boolean vouched = pinned.isEmpty() || ca != null;
        Suites suites = suites();
        Contexts contexts = new Contexts(
                () -> suites.client(
                        identity == null ? null : identity.load(),
                        new ServerTrust(pinned, vouched ? TrustFile.load(ca) : null),
                        vouched),
                () -> List.of(identity == null ? List.of() : identity.stamp(), stampOf(ca)),
                context);
        loadNow(contexts);
        return new TlsClient(contexts, serverName);
    }

    private static void loadNow(Contexts contexts) {
        try {
            contexts.load();
        } catch (RuntimeException e) {
            contexts.close();
            throw e;
        }
    }

    private Suites suites() {
        return new Suites(
                requireNonNullElse(provider, TlsProvider.AUTO).choose(),
                requireNonNullElse(minVersion, "1.3"),
                requireNonNullElse(alpn, ALPN));
    }

    private @Nullable IdentitySource source() {
        if (pkcs12 != null) {
            return new IdentityFiles(pkcs12, null, password);
        }
        return certificate == null ? null : new IdentityFiles(certificate, key == null ? certificate : key, null);
    }

    private static Object stampOf(@Nullable Path file) throws IOException {
        return file == null ? List.of() : FileStamp.of(List.of(file));
    }

    private void requireFitting(Role role) {
        Map<String, @Nullable Object> foreign = new LinkedHashMap<>();
        if (role == Role.SERVER) {
            foreign.put("ca", ca);
            foreign.put("pin", pins);
            foreign.put("server_name", serverName);
        } else {
            foreign.put("client_ca", clientCa);
            foreign.put("client_auth", clientAuth);
            foreign.put("principal", principal);
        }
        List<String> wrong = new ArrayList<>();
        foreign.forEach((name, value) -> {
            if (value != null) {
                wrong.add(name + ": belongs to the other end");
            }
        });
        if (pkcs12 != null && (certificate != null || key != null)) {
            wrong.add("pkcs12: beside certificate and key");
        }
        if (key != null && certificate == null) {
            wrong.add("key: without certificate");
        }
        if (password != null && pkcs12 == null) {
            wrong.add("password: without pkcs12");
        }
        if (clientCa == null && (clientAuth != null || principal != null)) {
            wrong.add((clientAuth != null ? "client_auth" : "principal") + ": without client_ca");
        }
        if (!wrong.isEmpty()) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS, "transport = { type = \"tls\" }: " + String.join("; ", wrong) + ".");
        }
    }
}
