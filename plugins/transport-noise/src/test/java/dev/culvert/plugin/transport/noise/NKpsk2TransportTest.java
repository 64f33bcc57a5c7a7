package dev.culvert.plugin.transport.noise;

final class NKpsk2TransportTest extends NoiseTck {

    NKpsk2TransportTest() {
        super("NKpsk2");
    }
}
