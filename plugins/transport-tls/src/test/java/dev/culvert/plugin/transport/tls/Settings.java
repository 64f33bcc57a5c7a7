package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.PluginContext;
import dev.culvert.spi.transport.Transport;
import java.nio.file.Path;
import java.util.List;

/** The keys of a section, to be given by name. */
final class Settings {

    private final TlsProvider provider;
    private String minVersion;
    private List<String> alpn;
    private Path certificate;
    private Path key;
    private Path ca;
    private List<Pin> pins;
    private String serverName;
    private Path clientCa;
    private ClientCertificates clientAuth;
    private PrincipalRule principal;

    Settings(TlsProvider provider) {
        this.provider = provider;
    }

    Settings minVersion(String version) {
        minVersion = version;
        return this;
    }

    Settings alpn(String... protocols) {
        alpn = List.of(protocols);
        return this;
    }

    Settings identity(Path certificateFile, Path keyFile) {
        certificate = certificateFile;
        key = keyFile;
        return this;
    }

    Settings ca(Path file) {
        ca = file;
        return this;
    }

    Settings pin(String... values) {
        pins = List.of(values).stream().map(Pin::parse).toList();
        return this;
    }

    Settings serverName(String name) {
        serverName = name;
        return this;
    }

    Settings clientCa(Path file) {
        clientCa = file;
        return this;
    }

    Settings clientAuth(ClientCertificates wanted) {
        clientAuth = wanted;
        return this;
    }

    Settings principal(PrincipalRule rule) {
        principal = rule;
        return this;
    }

    Transport build(PluginContext context) {
        return new TlsTransportFactory(
                        provider,
                        minVersion,
                        alpn,
                        certificate,
                        key,
                        null,
                        null,
                        ca,
                        pins,
                        serverName,
                        clientCa,
                        clientAuth,
                        principal)
                .build(context);
    }
}
