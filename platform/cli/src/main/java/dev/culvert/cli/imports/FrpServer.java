package dev.culvert.cli.imports;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code frps.toml}. */
final class FrpServer {

    private static final Map<String, String> REASONS = Map.ofEntries(
            entry("kcpBindPort", "Culvert has no KCP transport"),
            entry("quicBindPort", "Culvert has no QUIC transport"),
            entry("transport.quic", "Culvert has no QUIC transport"),
            entry("vhostHTTPTimeout", "it is response_timeout of a client's [[tunnel]]"),
            entry("custom404Page", "Culvert's error pages are its own"),
            entry("tcpmuxHTTPConnectPort", "Culvert has no tcpmux tunnels"),
            entry("tcpmuxPassthrough", "Culvert has no tcpmux tunnels"),
            entry("udpPacketSize", "Culvert passes datagrams of any size on"),
            entry("log", "Culvert logs to standard error; see --log-level and --log-format"),
            entry("transport.maxPoolCount", "Culvert opens a stream for each visitor and needs no pool"),
            entry("transport.tcpMux", "Culvert always multiplexes"),
            entry("transport.tcpMuxKeepaliveInterval", "Culvert's own heartbeat is used"),
            entry("transport.heartbeatTimeout", "Culvert's own heartbeat is used"),
            entry("transport.tcpKeepalive", "Culvert's own heartbeat is used"),
            entry("transport.tls", "name the certificate in the transport of [[listen]]; its keys differ"),
            entry("webServer.user", "Culvert's administration has no password; it listens on loopback"),
            entry("webServer.password", "Culvert's administration has no password; it listens on loopback"),
            entry("webServer.tls", "put a proxy in front of the administration"),
            entry("detailedErrorsToClient", "Culvert always tells a client the code and what to do"),
            entry("allowedClientIPs", "Culvert has other keys for the networks that clients may come from"),
            entry("sshTunnelGateway", "Culvert has no gateway for ssh"),
            entry("httpPlugins", "Culvert's plugins are jars"));

    private FrpServer() {}

    static void write(Keys keys, ImportOptions options, Draft draft) {
        String host = keys.text("bindAddr", "0.0.0.0");
        String publicHost = keys.text("proxyBindAddr", host);
        keys.flag("enablePrometheus", true); // Culvert always has them
        keys.flag("transport.tls.force", false); // Culvert's listeners speak one transport only
        draft.section("[[listen]]").text("bind", Addresses.bind(host, keys.text("bindPort", "7000")));
        draft.comment(
                "frp's clients use TLS unless told otherwise. Without a certificate here the server makes one, and");
        draft.comment("prints the pin that a client needs: frp's clients did not check it, Culvert's do.");
        String transport = options.transport();
        draft.raw(
                "transport",
                new Layers().add(transport == null ? "tls" : transport).ofListener());
        FrpAuth.write(keys, true, draft);
        String ports = keys.tables("allowPorts").stream().map(FrpServer::range).collect(Collectors.joining(", "));
        for (String type : List.of("tcp", "udp")) {
            draft.section("[[protocol]]").text("type", type);
            if (!Addresses.isAll(publicHost)) {
                draft.text("bind", publicHost);
            }
            if (!ports.isEmpty()) {
                draft.raw("ports", "[" + ports + "]");
            }
        }
        String domain = keys.text("subDomainHost", "");
        if (!keys.peek("vhostHTTPPort").isEmpty() && keys.peek("vhostHTTPPort").equals(keys.peek("vhostHTTPSPort"))) {
            keys.drop("vhostHTTPSPort", "http and tls need ports of their own: write a [[protocol]] of type \"tls\"");
        }
        named("http", "vhostHTTPPort", publicHost, domain, keys, draft);
        named("tls", "vhostHTTPSPort", publicHost, domain, keys, draft);
        administration(keys, draft);
        keys.dropRest(REASONS);
    }

    /** The protocol of tunnels that visitors ask for by name, all on one port. */
    private static void named(String type, String key, String publicHost, String domain, Keys keys, Draft draft) {
        String port = keys.text(key, "0");
        if (port.equals("0")) {
            return;
        }
        draft.section("[[protocol]]").text("type", type).text("bind", Addresses.bind(publicHost, port));
        if (!domain.isEmpty()) {
            draft.text("domain", domain);
        }
    }

    private static String range(Keys range) {
        String single = range.text("single");
        return Templates.quote(single != null ? single : range.text("start", "1") + "-" + range.text("end", "65535"));
    }

    private static void administration(Keys keys, Draft draft) {
        String port = keys.text("webServer.port");
        String host = keys.text("webServer.addr", "127.0.0.1");
        if (port == null || port.equals("0")) {
            return;
        }
        if (!Addresses.isLoopback(host)) {
            keys.drop("webServer.addr", "Culvert's administration has no password; it listens on 127.0.0.1");
        }
        draft.administration(Addresses.isLoopback(host) ? host : "127.0.0.1", port);
    }
}
