package dev.culvert.cli;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code culvert warm-up}: loads what a server and a client load, for the start-up archive that bin/culvert makes. */
@Command(name = "warm-up", hidden = true, description = "Loads the classes that a server and a client need, and ends.")
final class WarmUpCommand implements Callable<Integer> {

    // Of the demonstration nothing is in a file.
    private static final String FILE = """
            server = "127.0.0.1:4444"

            [[auth]]
            type = "token"
            token = "a token for reading a file with"

            [[tunnel]]
            type = "tcp"
            name = "web"
            local = 8080
            """;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Logging.configure(Level.ERROR, false);
        Path data = Files.createTempDirectory("culvert-warm-up");
        new Configurations().any(Files.writeString(data.resolve("client.toml"), FILE));
        try (Demo demo = Demo.start(data)) {
            demo.visit(demo.url());
        } finally {
            DemoCommand.deleteTree(data);
        }
        return ExitCode.STOPPED.value();
    }
}
