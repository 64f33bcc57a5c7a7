package dev.culvert.plugin.transport.noise;

final class KKTransportTest extends NoiseTck {

    KKTransportTest() {
        super("KK");
    }
}
