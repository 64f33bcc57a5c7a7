package dev.culvert.testkit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for tests that have to name one before it is used. */
public final class FreePort {

    private FreePort() {}

    /**
     * A port that is free for TCP and UDP on every address: below those that the system gives to whoever asks for any, so
     * that nobody takes it by chance before its use.
     */
    public static int any() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
            try (ServerSocket stream = new ServerSocket(port);
                    DatagramSocket datagrams = new DatagramSocket(port)) {
                return stream.isBound() && datagrams.isBound() ? port : 0;
            } catch (SocketException e) {
                // Taken: another one.
            } catch (IOException e) {
                throw new AssertionError("no port can be opened", e);
            }
        }
    }
}
