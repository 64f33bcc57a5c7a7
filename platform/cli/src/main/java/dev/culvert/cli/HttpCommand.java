package dev.culvert.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert http}: one HTTP service, one line. */
@Command(
        name = "http",
        description = "Makes one HTTP service, or the files of a directory, public by a host name.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  CULVERT_TOKEN=clv_... culvert http 3000 --server relay.example.com --pin sha256/...",
            "  culvert http 3000 --server relay.example.com --token-file token --name demo",
            "              demo.DOMAIN, where DOMAIN is the server's; without --name it picks a name",
            "  culvert http http://localhost:8084 --server relay.example.com --token-file token \\",
            "              --host app.example.com --path /api",
            "  culvert http unix:/run/app.sock --server relay.example.com --token-file token --name app",
            "  culvert http ./site --server relay.example.com --token-file token",
            "              the files of a directory, as a static site",
            "The server's file needs a [[protocol]] of type \"http\"."
        })
final class HttpCommand implements Callable<Integer> {

    @Mixin
    private OneService service;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "the host name that visitors ask for; one label alone is below the server's domain")
    private @Nullable String host;

    @Option(names = "--path", paramLabel = "PATH", description = "only requests whose path begins so; default: all")
    private @Nullable String path;

    @Option(names = "--strip-prefix", description = "the service sees paths without --path")
    private boolean stripPrefix;

    @Option(
            names = "--host-header",
            paramLabel = "NAME",
            description = "which host the service is told, \"local\" for its own; default: the visitor's")
    private @Nullable String hostHeader;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, Object> keys = new LinkedHashMap<>();
        String label = host == null ? service.name() : host;
        if (label != null) {
            keys.put("host", label);
        }
        if (path != null) {
            keys.put("path", path);
        }
        if (stripPrefix) {
            keys.put("strip_prefix", true);
        }
        if (hostHeader != null) {
            keys.put("host_header", hostHeader);
        }
        return service.runAtUrl("http", keys);
    }
}
