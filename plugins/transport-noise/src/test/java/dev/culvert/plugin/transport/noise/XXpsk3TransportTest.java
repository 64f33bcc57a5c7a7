package dev.culvert.plugin.transport.noise;

final class XXpsk3TransportTest extends NoiseTck {

    XXpsk3TransportTest() {
        super("XXpsk3");
    }
}
