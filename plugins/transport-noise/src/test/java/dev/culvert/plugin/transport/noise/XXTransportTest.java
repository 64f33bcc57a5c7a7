package dev.culvert.plugin.transport.noise;

final class XXTransportTest extends NoiseTck {

    XXTransportTest() {
        super("XX");
    }
}
