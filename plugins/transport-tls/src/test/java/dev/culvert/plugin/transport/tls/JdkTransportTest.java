package dev.culvert.plugin.transport.tls;

final class JdkTransportTest extends PinnedTck {

    JdkTransportTest() {
        super(TlsProvider.JDK);
    }
}
