package dev.culvert.plugin.transport.tls;

final class OpenSslTransportTest extends PinnedTck {

    OpenSslTransportTest() {
        super(TlsProvider.OPENSSL);
    }
}
