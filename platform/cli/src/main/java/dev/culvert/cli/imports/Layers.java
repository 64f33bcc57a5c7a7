package dev.culvert.cli.imports;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The transports of a connection from the wire inwards, as Culvert writes them. */
final class Layers {

    private final List<String> toml = new ArrayList<>();

    /** A layer without keys of its own. */
    Layers add(String type) {
        toml.add(Templates.quote(type));
        return this;
    }

    /** A layer with one key. */
    Layers add(String type, String key, String value) {
        toml.add("{type = " + Templates.quote(type) + ", " + key + " = " + Templates.quote(value) + "}");
        return this;
    }

    /**
     * A proxy on the way.
     *
     * @param url with scheme, perhaps credentials, host and port
     * @return why it cannot be carried over, or null if it was
     */
    @Nullable
    String addProxy(String url) {
        URI proxy;
        try {
            proxy = new URI(url);
        } catch (URISyntaxException e) {
            return "this is not a URL";
        }
        String scheme = String.valueOf(proxy.getScheme());
        String type = scheme.equals("http") ? "http-proxy" : scheme.equals("socks5") ? "socks5" : "";
        if (type.isEmpty() || proxy.getHost() == null) {
            return "Culvert goes through proxies of the kinds http and socks5";
        }
        int port = proxy.getPort() > 0 ? proxy.getPort() : scheme.equals("http") ? 8080 : 1080;
        StringBuilder layer = new StringBuilder(
                "{type = " + Templates.quote(type) + ", address = " + Templates.quote(proxy.getHost() + ":" + port));
        if (proxy.getUserInfo() != null) {
            String[] credentials = proxy.getUserInfo().split(":", 2);
            layer.append(", username = ").append(Templates.quote(credentials[0]));
            if (credentials.length > 1) {
                layer.append(", password = ").append(Templates.quote(credentials[1]));
            }
        }
        toml.add(layer.append('}').toString());
        return null;
    }

    /** As a listener's transport. */
    String ofListener() {
        return toml.size() == 1 ? toml.get(0) : "[" + String.join(", ", toml) + "]";
    }

    /** As the only way of a client. */
    String ofClient() {
        return toml.size() == 1 ? toml.get(0) : "[[" + String.join(", ", toml) + "]]";
    }
}
