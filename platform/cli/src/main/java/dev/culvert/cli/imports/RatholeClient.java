package dev.culvert.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code [client]} of rathole. */
final class RatholeClient {

    private RatholeClient() {}

    static void write(Keys root, @Nullable JsonNode peer, ImportOptions options, Draft draft) {
        Keys half = root.table("client");
        if (half == null) {
            return;
        }
        root.table("server"); // the other half is imported by itself
        draft.text("server", half.text("remote_addr", "127.0.0.1:2333"));
        draft.raw(
                "transport",
                Rathole.transport(half, options.transport(), true, draft).ofClient());
        String retry = half.text("retry_interval");
        if (retry != null && !retry.equals("0")) {
            draft.text("max_interval", retry + "s");
        }
        Map<String, Keys> services = half.named("services");
        Rathole.auth(half, services, draft);
        int written = 0;
        for (Map.Entry<String, Keys> service : services.entrySet()) {
            String type = Rathole.type(service.getValue());
            if (type != null) {
                tunnel(type, service.getKey(), service.getValue(), half, peer, draft);
                written++;
            }
        }
        if (written == 0) {
            throw new CulvertException(
                    ConfigError.NOTHING_TO_IMPORT,
                    "none of the client's services is one that Culvert has a tunnel for (expected: type tcp or udp).");
        }
        half.dropRest(Rathole.REASONS);
    }

    private static void tunnel(
            String type, String name, Keys service, Keys half, @Nullable JsonNode peer, Draft draft) {
        draft.section("[[tunnel]]")
                .text("type", type)
                .text("name", name)
                .text("local", service.text("local_addr", "127.0.0.1:80"));
        String there = peer == null ? "" : peer.path(name).path("bind_addr").asText("");
        if (there.isEmpty()) {
            draft.comment("The server picks one of those that it allows.");
            half.drop(
                    "services." + name,
                    "its public port stands in the server's file: set port, or import with --peer SERVER-FILE");
        }
        draft.number("port", there.isEmpty() ? "0" : Addresses.port(there));
        String version = service.peek("proxy_protocol");
        if (type.equals("tcp") && (version.equals("v1") || version.equals("v2"))) {
            draft.text("proxy_protocol", service.text("proxy_protocol", version));
        }
        service.dropRest(Rathole.SERVICE);
    }
}
