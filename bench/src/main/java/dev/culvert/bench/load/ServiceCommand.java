package dev.culvert.bench.load;

import dev.culvert.engine.net.Sockets;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the service until the process is stopped. */
@Command(
        name = "service",
        description =
                "What the tunnel leads to: sink, source, echo and HTTP on a TCP port, and an echo on the UDP port of that number.",
        mixinStandardHelpOptions = true)
final class ServiceCommand implements Callable<Integer> {

    @Option(names = "--port", description = "Where to listen on 127.0.0.1, 0 = a free one (default).")
    private int port = 0;

    private final PrintStream out;

    ServiceCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Service service = Service.listen(port);
                Sockets sockets = Sockets.open("auto", 1)) {
            EchoDatagrams.listen(sockets, service.port());
            out.println("port " + service.port());
            out.flush();
            service.run();
        }
        return 0;
    }
}
