package dev.culvert.e2e;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that floods a UDP port: each datagram from another address of 198.19.0.0/16, where nobody waits for an answer. To
 * run where {@link RemotePlace#forge} lets it.
 */
final class ForgedSources {

    static final String NETWORK = "198.19.0.0/16";

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1) / 4_000;

    private ForgedSources() {}

    public static void main(String[] args) throws Exception {
        InetSocketAddress target = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int count = Integer.parseInt(args[2]);
        for (int i = 0; i < count; i++) {
            InetAddress source =
                    InetAddress.getByAddress(new byte[] {(byte) 198, 19, (byte) (i / 250 % 256), (byte) (1 + i % 250)});
            try (DatagramSocket sender = new DatagramSocket(new InetSocketAddress(source, 0))) {
                sender.send(new DatagramPacket(new byte[100], 100, target));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
