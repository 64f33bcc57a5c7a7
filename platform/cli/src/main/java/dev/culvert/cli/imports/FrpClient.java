package dev.culvert.cli.imports;

import static java.util.Map.entry;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code frpc.toml}. */
final class FrpClient {

    private static final Map<String, String> REASONS = Map.ofEntries(
            entry("natHoleStunServer", "Culvert has no peer-to-peer tunnels"),
            entry("log", "Culvert logs to standard error; see --log-level and --log-format"),
            entry("transport.poolCount", "Culvert opens a stream for each visitor and needs no pool"),
            entry("transport.tcpMux", "Culvert always multiplexes"),
            entry("transport.tcpMuxKeepaliveInterval", "Culvert's own heartbeat is used"),
            entry("transport.heartbeatInterval", "Culvert's own heartbeat is used"),
            entry("transport.heartbeatTimeout", "Culvert's own heartbeat is used"),
            entry("transport.dialServerKeepalive", "Culvert's own heartbeat is used"),
            entry("transport.quic", "Culvert has no QUIC transport"),
            entry("transport.tls.disableCustomTLSFirstByte", "Culvert has no such byte"),
            entry("transport.tls.certFile", "name it in transport; the keys differ"),
            entry("transport.tls.keyFile", "name it in transport; the keys differ"),
            entry("transport.tls.trustedCaFile", "name it in transport, or pin the server; the keys differ"),
            entry("transport.tls.serverName", "name it in transport; the keys differ"),
            entry("udpPacketSize", "Culvert passes datagrams of any size on"),
            entry("metadatas", "Culvert has nobody to tell them to"),
            entry("webServer", "Culvert's client answers /metrics and status without a password, on loopback"),
            entry("virtualNet", "Culvert has no virtual networks"),
            entry("featureGates", "Culvert has no such features"));

    private FrpClient() {}

    static void write(Keys keys, Path file, ImportOptions options, Draft draft) {
        String server = keys.text("serverAddr", "127.0.0.1");
        String host = Addresses.isAll(server) ? "127.0.0.1" : server;
        draft.text("server", Addresses.of(host, keys.text("serverPort", "7000")));
        transport(keys, options, draft);
        String user = keys.text("user");
        if (user != null && !user.isEmpty()) {
            draft.text("client_id", user);
        }
        loginFailExit(keys, draft);
        String timeout = keys.text("transport.dialServerTimeout");
        if (timeout != null && !timeout.startsWith("-") && !timeout.equals("0")) {
            draft.text("login_timeout", timeout + "s");
        }
        metrics(keys, draft);
        FrpAuth.write(keys, false, draft);
        FrpProxies proxies = new FrpProxies(keys.texts("start"), draft);
        proxies.write(keys, file);
        List<String> includes = keys.texts("includes");
        if (!includes.isEmpty()) {
            proxies.include(keys, file, includes);
        }
        proxies.requireAny(file);
        keys.dropRest(REASONS);
    }

    // frp ends when its first login fails, for whatever reason; Culvert when it is refused.
    private static void loginFailExit(Keys keys, Draft draft) {
        boolean told = keys.has("loginFailExit");
        if (!keys.flag("loginFailExit", true)) {
            draft.comment("Goes on when the first login is refused.").raw("exit_on_refusal", "false");
        } else if (told) {
            keys.drop(
                    "loginFailExit",
                    "a refused first login ends Culvert's client (5), a server that is not there does not; with --once"
                            + " both do");
        }
    }

    private static void transport(Keys keys, ImportOptions options, Draft draft) {
        Layers layers = new Layers();
        String proxy = keys.text("transport.proxyURL");
        String impossible = proxy == null || proxy.isEmpty() ? null : layers.addProxy(proxy);
        if (impossible != null) {
            keys.drop("transport.proxyURL", impossible);
        }
        boolean tls = keys.flag("transport.tls.enable", true);
        String protocol = keys.text("transport.protocol", "tcp");
        String wanted = options.transport();
        if (wanted != null) {
            layers.add(wanted);
        } else if (protocol.equals("wss")) {
            layers.add("tls").add("websocket");
        } else if (protocol.equals("websocket")) {
            layers.add("websocket");
            if (tls) {
                layers.add("tls");
            }
        } else {
            if (!protocol.equals("tcp")) {
                keys.drop("transport.protocol", "Culvert has no transport \"" + protocol + "\"; TCP is used");
            }
            layers.add(tls ? "tls" : "plain");
        }
        if (tls && wanted == null) {
            draft.comment(
                    "frp does not check who the server is. Culvert does: put the pin that the server prints here,");
            draft.comment("{type = \"tls\", pin = \"…\"}, unless its certificate is one that this machine trusts.");
            if (!keys.has("transport.tls.trustedCaFile")) {
                keys.tell("transport.tls", "frp did not check the server's certificate: set the pin in transport");
            }
        }
        draft.raw("transport", layers.ofClient());
    }

    private static void metrics(Keys keys, Draft draft) {
        String host = keys.text("webServer.addr", "127.0.0.1");
        String port = keys.text("webServer.port");
        if (port == null || port.equals("0")) {
            return;
        }
        if (Addresses.isLoopback(host)) {
            draft.text("metrics", Addresses.of(host, port));
        } else {
            draft.text("metrics", "127.0.0.1:" + port);
            keys.drop("webServer.addr", "a client's status has no password; it is served on 127.0.0.1");
        }
    }
}
