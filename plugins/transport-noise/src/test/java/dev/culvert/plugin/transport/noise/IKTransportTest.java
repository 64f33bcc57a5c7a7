package dev.culvert.plugin.transport.noise;

final class IKTransportTest extends NoiseTck {

    IKTransportTest() {
        super("IK");
    }
}
