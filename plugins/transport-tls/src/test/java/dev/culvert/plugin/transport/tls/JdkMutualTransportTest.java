package dev.culvert.plugin.transport.tls;

final class JdkMutualTransportTest extends MutualTck {

    JdkMutualTransportTest() {
        super(TlsProvider.JDK);
    }
}
