package dev.culvert.cli;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert demo}: everything on one machine, in a few seconds. */
@Command(
        name = "demo",
        description = "Starts a server, a client and a tiny web page here, and sends one request through.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  culvert demo", "  culvert demo --keep     go on until Ctrl-C"})
final class DemoCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--keep", description = "go on until interrupted, so that you can open the URL yourself")
    private boolean keep;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Logging.configure(Level.WARN, false);
        PrintWriter out = spec.commandLine().getOut();
        Path data = Files.createTempDirectory("culvert-demo");
        try (Demo demo = Demo.start(data)) {
            out.printf("a private web page   http://127.0.0.1:%d/%n", demo.servicePort());
            out.printf("a server             127.0.0.1:%d%n", demo.controlPort());
            out.printf("encrypted, pinned    %s%n", demo.pin());
            String url = demo.url();
            out.printf("public               %s%n%n", url);
            HttpResponse<String> response = demo.visit(url);
            out.printf("GET %s%n  %d %s", url, response.statusCode(), response.body());
            if (keep) {
                out.printf(
                        "%nOpen it in a browser; status and metrics: http://127.0.0.1:%d%n", demo.administrationPort());
                out.println("Ctrl-C ends it.");
                new GracefulStop(java.time.Duration.ZERO, null).await();
            }
            boolean passed = response.statusCode() == 200 && response.body().equals(DemoPage.GREETING);
            out.printf(
                    "%n%s%n",
                    passed ? "It works. Next: culvert server --help, culvert tcp --help" : "It does not work.");
            return (passed ? ExitCode.STOPPED : ExitCode.UNEXPECTED).value();
        } finally {
            deleteTree(data);
        }
    }

    static void deleteTree(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
