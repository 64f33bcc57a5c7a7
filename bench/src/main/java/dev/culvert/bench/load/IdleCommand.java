package dev.culvert.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds connections that say nothing, after one byte through each has shown that it leads to the service. */
@Command(
        name = "idle",
        description = "Opens connections in steps; a line on standard input leads to the next, and to the end.",
        mixinStandardHelpOptions = true)
final class IdleCommand implements Callable<Integer> {

    @Mixin
    private final Target target = new Target();

    @Option(names = "--count", split = ",", description = "How many are open after each step, as in 1000,5000.")
    private List<Integer> steps = List.of(1000);

    private final PrintStream out;
    private final InputStream in;

    private final List<SocketChannel> open = new ArrayList<>();
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);

    IdleCommand(PrintStream out, InputStream in) {
        this.out = out;
        this.in = in;
    }

    @Override
    public Integer call() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
        try {
            for (int step : steps) {
                while (open.size() < step) {
                    SocketChannel channel = Wire.connect(target.address());
                    open.add(channel);
                    Wire.writeFully(channel, ByteBuffer.wrap(new byte[] {Wire.ECHO}));
                    Wire.pingPong(channel, one, (byte) 1);
                }
                out.println("open " + open.size());
                out.flush();
                lines.readLine();
            }
            for (SocketChannel channel : open) {
                Wire.pingPong(channel, one, (byte) 2);
            }
            out.println("alive " + open.size());
            return 0;
        } finally {
            for (SocketChannel channel : open) {
                channel.close();
            }
        }
    }
}
