package dev.culvert.plugin.transport.noise;

final class NKTransportTest extends NoiseTck {

    NKTransportTest() {
        super("NK");
    }
}
