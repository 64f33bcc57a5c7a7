package dev.culvert.cli.imports;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a proxy of frp leads to: a service, or what one of frp's own plugins is. */
final class FrpLocal {

    private static final Set<String> PROXIES = Set.of("socks5", "http_proxy");
    private static final Set<String> TLS_ENDS = Set.of("https2http", "https2https", "tls2raw");

    private final Keys proxy;
    private final @Nullable Keys options;
    private final String plugin;
    private final String kind;
    private final Path folder;
    private final Map<String, String> requestFields;
    private @Nullable String hostHeader;
    private @Nullable String user;
    private @Nullable String password;

    /**
     * Reads one.
     *
     * @param kind the type of Culvert's tunnel that frp's type amounts to
     * @param folder what relative paths are beside
     */
    FrpLocal(Keys proxy, String kind, Path folder) {
        this.proxy = proxy;
        this.kind = kind;
        this.folder = folder;
        options = proxy.table("plugin");
        plugin = options == null ? "" : options.text("type", "");
        user = proxy.text("httpUser");
        password = proxy.text("httpPassword");
        hostHeader = proxy.text("hostHeaderRewrite");
        requestFields = new LinkedHashMap<>(proxy.fields("requestHeaders.set"));
    }

    /** Why Culvert has nothing like it; null if it has. */
    @Nullable
    String obstacle() {
        return switch (plugin) {
            case "" -> null;
            case "unix_domain_socket" -> kind.equals("udp") ? "a udp tunnel leads to no Unix domain socket" : null;
            case "static_file" ->
                kind.equals("http") || kind.equals("tcp") ? null : "files are served by tunnels of the type http";
            case "socks5", "http_proxy" -> kind.equals("tcp") ? null : "a proxy is for tunnels of the type tcp";
            case "http2http", "http2https" -> kind.equals("http") ? null : "it is for tunnels of the type http";
            default ->
                TLS_ENDS.contains(plugin)
                        ? "Culvert's client does not end the TLS of visitors: the server does, see [protocol.tls]"
                        : "a plugin of frp serves it, which Culvert does not have";
        };
    }

    /** The type of the tunnel. */
    String kind() {
        return plugin.equals("static_file") ? "http" : kind;
    }

    /** Whether there is a service that takes connections. */
    boolean isService() {
        return !plugin.equals("static_file") && !PROXIES.contains(plugin);
    }

    /** Writes where it is, and what belongs to that. */
    void write(Draft keys) {
        Keys of = options;
        if (of == null) {
            keys.text("local", Addresses.of(proxy.text("localIP", "127.0.0.1"), proxy.text("localPort", "80")));
        } else {
            proxy.text("localIP"); // frp does not look at them either
            proxy.text("localPort");
            write(of, keys);
            of.dropRest(Map.of());
        }
        if (kind().equals("http")) {
            ofHttp(keys);
        }
    }

    private void write(Keys of, Draft keys) {
        switch (plugin) {
            case "unix_domain_socket" -> keys.text("local", "unix:" + of.text("unixPath", "/"));
            case "static_file" -> directory(of, keys);
            case "socks5" -> proxy("socks5", of, of.text("username"), of.text("password"), keys);
            case "http_proxy" -> {
                of.tell("type", "Culvert's proxy knows the method CONNECT only");
                proxy("http-proxy", of, of.text("httpUser"), of.text("httpPassword"), keys);
            }
            default -> {
                boolean tls = plugin.equals("http2https");
                keys.text("local", (tls ? "https://" : "") + of.text("localAddr", "127.0.0.1:80"));
                if (tls) {
                    of.tell("localAddr", "frp did not check the service's certificate, Culvert does: set ca or pin");
                }
                hostHeader = of.text("hostHeaderRewrite", hostHeader == null ? "" : hostHeader);
                requestFields.putAll(of.fields("requestHeaders.set"));
            }
        }
    }

    private void directory(Keys of, Draft keys) {
        String path = of.text("localPath", ".");
        if (!Path.of(path).isAbsolute()) {
            of.tell("localPath", "it is relative: it is taken to be beside the file that is imported");
        }
        keys.text("local", "file:" + folder.resolve(path).normalize());
        String prefix = of.text("stripPrefix", "");
        if (!prefix.isEmpty() && !proxy.has("locations")) {
            keys.text("path", "/" + prefix).raw("strip_prefix", "true");
        } else if (!prefix.isEmpty()) {
            of.tell("stripPrefix", "the proxy has locations: set strip_prefix");
        }
        if (kind.equals("tcp")) {
            proxy.drop("remotePort", "files are public by a host name, on the server's http port: set host");
        }
        user = user == null ? of.text("httpUser") : user;
        password = password == null ? of.text("httpPassword") : password;
    }

    private void proxy(String local, Keys of, @Nullable String name, @Nullable String secret, Draft keys) {
        keys.text("local", local)
                .comment("frp's visitors may go anywhere: list what they need. This machine is not among these.")
                .raw("destinations", "[\"0.0.0.0/0:*\", \"[::/0]:*\"]");
        of.tell("type", "visitors may go anywhere but to this machine: set destinations");
        if (name != null && secret != null) {
            keys.text("username", name).text("password", secret);
        }
    }

    private void ofHttp(Draft keys) {
        if (hostHeader != null && !hostHeader.isEmpty()) {
            keys.text("host_header", hostHeader);
        }
        if (!requestFields.isEmpty()) {
            keys.raw("request_headers", "{set = " + Templates.table(requestFields) + "}");
        }
        Map<String, String> answerFields = proxy.fields("responseHeaders.set");
        if (!answerFields.isEmpty()) {
            keys.raw("response_headers", "{set = " + Templates.table(answerFields) + "}");
        }
        if (user != null && !user.isEmpty() && password != null) {
            keys.raw(
                    "filters",
                    "[{type = \"basic-auth\", users = [{name = " + Templates.quote(user) + ", password = "
                            + Templates.quote(password) + "}]}]");
        }
    }
}
