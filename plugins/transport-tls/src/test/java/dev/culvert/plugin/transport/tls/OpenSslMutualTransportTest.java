package dev.culvert.plugin.transport.tls;

final class OpenSslMutualTransportTest extends MutualTck {

    OpenSslMutualTransportTest() {
        super(TlsProvider.OPENSSL);
    }
}
