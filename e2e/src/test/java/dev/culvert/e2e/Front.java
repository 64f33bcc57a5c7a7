package dev.culvert.e2e;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A reverse proxy of another project as a process, with a file that the operator's manual has or a test writes. */
final class Front implements AutoCloseable {

    private final Process process;

    private Front(Process process) {
        this.process = process;
    }

    /** nginx with what its file has beside {@code events}. */
    static Front nginx(Path directory, int port, String contexts) throws IOException {
        String program = Tools.require("nginx");
        Path stream = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
        String text = (contexts.contains("stream {") && Files.exists(stream) ? "load_module " + stream + ";\n" : "")
                + "daemon off;\nmaster_process off;\npid " + directory.resolve("nginx-" + port + ".pid")
                + ";\nevents {}\n" + contexts;
        Path file = Pair.write(directory, "nginx-" + port + ".conf", text);
        return start(directory, port, program, "-p", directory.toString(), "-e", "stderr", "-c", file.toString());
    }

    /** nginx with a file that is one of {@code conf.d}. */
    static Front nginxWithHttp(Path directory, int port, String file) throws IOException {
        StringBuilder folders = new StringBuilder();
        for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            folders.append(kind)
                    .append("_temp_path ")
                    .append(directory.resolve(kind))
                    .append(";\n");
        }
        return nginx(directory, port, "http {\naccess_log off;\n" + folders + file + "}\n");
    }

    /** Caddy, which asks nobody for certificates and listens nowhere else. */
    static Front caddy(Path directory, int port, String file) throws IOException {
        String program = Tools.require("caddy");
        Path path = Pair.write(
                directory,
                "Caddyfile",
                "{\nadmin off\nauto_https off\nstorage file_system " + directory.resolve("caddy") + "\n}\n" + file);
        return start(directory, port, program, "run", "--adapter", "caddyfile", "--config", path.toString());
    }

    private static Front start(Path directory, int port, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("XDG_CONFIG_HOME", directory.toString()); // where Caddy keeps what it was told last
        Front front = new Front(builder.start());
        Awaitility.await(command[0] + " listens")
                .atMost(Culvert.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .failFast(command[0] + " has ended", () -> !front.process.isAlive())
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    try (Socket socket = Visitor.connect(port)) {
                        return socket.isConnected();
                    }
                });
        return front;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }
}
