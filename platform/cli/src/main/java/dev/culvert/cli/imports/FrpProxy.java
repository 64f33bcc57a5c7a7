package dev.culvert.cli.imports;

import static java.util.Map.entry;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of frp's {@code [[proxies]]}, and the tunnels that it amounts to: one for each host name and path. */
final class FrpProxy {

    private static final Map<String, String> REASONS = Map.ofEntries(
            entry("transport.useEncryption", "the transport encrypts the whole connection"),
            entry("transport.useCompression", "Culvert does not compress"),
            entry("transport.bandwidthLimit", "it is none in KB or MB: set bandwidth"),
            entry(
                    "transport.proxyProtocolVersion",
                    "no service of udp, and none of frp's plugins, is told its visitors"),
            entry("loadBalancer.groupKey", "the account is the group"),
            entry("healthCheck", "it has no type, or there is no service that takes connections"),
            entry("routeByHTTPUser", "Culvert does not route by the user's name"),
            entry("metadatas", "Culvert has nobody to tell them to"),
            entry("annotations", "Culvert has nobody to tell them to"));

    private static final Map<String, String> KINDS = Map.of("tcp", "tcp", "udp", "udp", "http", "http", "https", "tls");
    private static final Pattern BANDWIDTH = Pattern.compile("([0-9]{1,9})([KM])B");

    private final Keys proxy;
    private final String type;
    private final List<String> hosts = new ArrayList<>();
    private final FrpLocal local;

    /**
     * Looks at one.
     *
     * @param folder what relative paths are beside
     */
    FrpProxy(Keys proxy, Path folder) {
        this.proxy = proxy;
        type = proxy.text("type", "tcp");
        if (type.startsWith("http")) {
            String subdomain = proxy.text("subdomain", "");
            hosts.addAll(proxy.texts("customDomains"));
            if (!subdomain.isEmpty()) {
                hosts.add(subdomain);
            }
        }
        local = new FrpLocal(proxy, KINDS.getOrDefault(type, ""), folder);
    }

    /** Whether Culvert has such tunnels; if not, it is told why. */
    boolean isPossible() {
        String why = KINDS.containsKey(type) ? local.obstacle() : "Culvert has no tunnels of the type " + type;
        if (why == null && type.equals("https") && hosts.isEmpty()) {
            why = "it has neither customDomains nor subdomain";
        }
        if (why != null) {
            proxy.dropAll(why);
        }
        return why == null;
    }

    void write(String name, boolean enabled, Draft draft) {
        String kind = local.kind();
        Draft keys = new Draft();
        local.write(keys);
        List<String> paths = kind.equals("http") ? proxy.texts("locations") : List.of();
        if (kind.equals("tcp") || kind.equals("udp")) {
            keys.number("port", proxy.text("remotePort", "0"));
        }
        common(keys);
        if (!enabled) {
            keys.raw("enabled", "false");
        }
        int count = 0;
        for (String host : hosts.isEmpty() ? List.of("") : hosts) {
            for (String path : paths.isEmpty() ? List.of("") : paths) {
                count++;
                draft.section("[[tunnel]]").text("type", kind).text("name", count == 1 ? name : name + "-" + count);
                if (!host.isEmpty()) {
                    draft.text("host", host);
                }
                if (!path.isEmpty() && !path.equals("/")) {
                    draft.text("path", path);
                }
                draft.lines(keys);
            }
        }
        proxy.dropRest(REASONS);
    }

    /** What proxies of every type may have. */
    private void common(Draft keys) {
        if (!proxy.text("loadBalancer.group", "").isEmpty()) {
            keys.comment("Clients of one account that all say so share the endpoint.")
                    .text("balance", "round-robin");
        }
        Matcher bandwidth = BANDWIDTH.matcher(proxy.peek("transport.bandwidthLimit"));
        if (bandwidth.matches()) {
            proxy.text("transport.bandwidthLimit");
            keys.text("bandwidth", bandwidth.group(1) + bandwidth.group(2) + "iB");
        }
        proxy.text("transport.bandwidthLimitMode"); // here the limit holds whoever keeps it
        if (local.isService() && !type.equals("udp")) {
            String version = proxy.text("transport.proxyProtocolVersion", "");
            if (!version.isEmpty()) {
                keys.text("proxy_protocol", version);
            }
            healthCheck(keys);
        }
    }

    private void healthCheck(Draft keys) {
        String kind = proxy.text("healthCheck.type", "");
        if (kind.isEmpty()) {
            return;
        }
        if (proxy.has("healthCheck.httpHeaders")) {
            proxy.drop("healthCheck.httpHeaders", "Culvert's checks send no fields of their own");
        }
        if (proxy.has("healthCheck.path") && type.equals("https")) {
            proxy.drop("healthCheck.path", "a service that speaks TLS with its visitors is not asked for a page");
        }
        String path = "";
        if (kind.equals("http") && !type.equals("https")) {
            path = "path = " + Templates.quote(proxy.text("healthCheck.path", "/")) + ", ";
        }
        keys.raw(
                "health_check",
                "{type = \"" + (path.isEmpty() ? "tcp" : "http") + "\", " + path
                        + "interval = \"" + proxy.text("healthCheck.intervalSeconds", "10")
                        + "s\", timeout = \"" + proxy.text("healthCheck.timeoutSeconds", "3")
                        + "s\", failures = " + proxy.text("healthCheck.maxFailed", "1") + ", successes = 1}");
    }
}
