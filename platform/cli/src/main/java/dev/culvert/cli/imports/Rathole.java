package dev.culvert.cli.imports;

import static java.util.Map.entry;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What both halves of a file of rathole have. */
final class Rathole {

    static final Map<String, String> REASONS = Map.ofEntries(
            entry("heartbeat_timeout", "Culvert's own heartbeat is used"),
            entry("heartbeat_interval", "Culvert's own heartbeat is used"),
            entry("transport.tcp.nodelay", "Culvert always sets it"),
            entry("transport.tcp.keepalive_secs", "Culvert's own heartbeat is used"),
            entry("transport.tcp.keepalive_interval", "Culvert's own heartbeat is used"),
            entry("transport.tls", "name the certificate in transport; its keys differ"),
            entry("transport.noise.pattern", "Culvert's default is used at both ends; see the transport noise"),
            entry("transport.noise.local_private_key", "name a file with the key in transport; its keys differ"),
            entry("transport.noise.remote_public_key", "a client pins it where transport.type is noise"),
            entry("transport.websocket", "it counts where transport.type is websocket"));

    static final Map<String, String> SERVICE = Map.of(
            "nodelay", "Culvert always sets it",
            "retry_interval", "Culvert has one for all tunnels",
            "proxy_protocol", "it counts for a tunnel of the type tcp, as \"v1\" or \"v2\", in the client's file");

    private Rathole() {}

    /**
     * Writes the one token by which Culvert knows a client, where rathole has one for each service: the default, or that of
     * the first service by name, which both ends have.
     */
    static void auth(Keys half, Map<String, Keys> services, Draft draft) {
        Map<String, String> own = new TreeMap<>();
        services.forEach((name, service) -> {
            String token = service.text("token");
            if (token != null) {
                own.put(name, token);
            }
        });
        String shared = half.text("default_token");
        String token = shared != null
                ? shared
                : own.isEmpty() ? null : own.values().iterator().next();
        own.forEach((name, other) -> {
            if (!other.equals(token)) {
                half.drop(
                        "services." + name + ".token",
                        "Culvert knows a client by one token, not a service; the token of [[auth]] counts");
            }
        });
        if (token == null) {
            half.drop("default_token", "no token is there: Culvert lets nobody in without a credential");
            return;
        }
        draft.section("[[auth]]").text("type", "token").text("token", token);
    }

    /** The type of a service's tunnel; null, and told, if Culvert has no such tunnels. */
    static @Nullable String type(Keys service) {
        String type = service.text("type", "tcp");
        if (type.equals("tcp") || type.equals("udp")) {
            return type;
        }
        service.dropAll("Culvert has no tunnels of the type " + type);
        return null;
    }

    /** The transports of a half. */
    static Layers transport(Keys half, @Nullable String wanted, boolean client, Draft draft) {
        Layers layers = new Layers();
        String proxy = half.text("transport.tcp.proxy");
        String impossible = proxy == null || !client ? null : layers.addProxy(proxy);
        if (impossible != null) {
            half.drop("transport.tcp.proxy", impossible);
        }
        String type = half.text("transport.type", "tcp");
        if (wanted != null) {
            return layers.add(wanted);
        }
        if (type.equals("noise")) {
            String key = half.text("transport.noise.remote_public_key");
            return key == null || !client ? layers.add("noise") : layers.add("noise", "pin", key);
        }
        if (type.equals("websocket")) {
            return half.flag("transport.websocket.tls", false)
                    ? layers.add("tls").add("websocket")
                    : layers.add("websocket");
        }
        if (type.equals("tls")) {
            draft.comment("The certificate, or the pin of the server, is named here: {type = \"tls\", pin = \"…\"}.");
            return layers.add("tls");
        }
        return layers.add("plain");
    }
}
