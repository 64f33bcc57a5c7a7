package dev.culvert.cli;

import dev.culvert.server.RunningServer;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server says to the person who started it. */
final class ServerGreeting {

    private ServerGreeting() {}

    /**
     * Prints where it listens.
     *
     * @param first the token that was made for this start; null if none was
     * @param explain whether the person who started it gave no file, and may not know how clients are made
     */
    static void print(RunningServer server, @Nullable FirstToken first, boolean explain, PrintWriter out) {
        for (Map.Entry<String, InetSocketAddress> listener :
                server.tunnels().addresses().entrySet()) {
            out.printf("clients: port %d  [%s]%n", listener.getValue().getPort(), listener.getKey());
        }
        server.tunnels()
                .sharedEndpoints()
                .forEach((type, endpoints) ->
                        endpoints.forEach(endpoint -> out.printf("visitors: port %d  [%s]%n", endpoint.port(), type)));
        server.tunnels().declared().forEach((name, endpoint) -> out.printf("visitors: %s  [%s]%n", endpoint, name));
        server.tunnels()
                .pins()
                .forEach((listener, pins) ->
                        pins.stream().findFirst().ifPresent(pin -> out.printf("pin: %s  [%s]%n", pin, listener)));
        out.printf(
                "status and metrics: http://127.0.0.1:%d%n",
                server.administration().getPort());
        if (first != null) {
            out.printf("%nA token was made; it is shown only now. On the machine with the service:%n%n");
            out.printf("  CULVERT_TOKEN=%s %s%n%n", first.credential().secret().reveal(), clientLine(server));
        } else if (explain) {
            out.printf("%nOn a machine with a service, with a token of this server:%n%n");
            out.printf("  CULVERT_TOKEN=... %s%n%n", clientLine(server));
            out.printf("culvert token new --enroll makes another token.%n%n");
        }
        out.println("ready");
        out.flush();
    }

    private static String clientLine(RunningServer server) {
        int port = server.tunnels().addresses().values().iterator().next().getPort();
        return "culvert tcp 3000 --server " + hostName() + ":" + port + pinFlag(server);
    }

    private static String pinFlag(RunningServer server) {
        List<String> pins = server.tunnels().pins().values().iterator().next();
        return pins.isEmpty() ? "" : " --pin " + pins.get(0);
    }

    private static String hostName() {
        try {
            return java.net.InetAddress.getLocalHost().getHostName();
        } catch (java.net.UnknownHostException e) {
            return "SERVER";
        }
    }
}
