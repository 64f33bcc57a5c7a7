package dev.culvert.cli.imports;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The {@code [server]} of rathole. */
final class RatholeServer {

    private RatholeServer() {}

    static void write(Keys root, ImportOptions options, Draft draft) {
        Keys half = root.table("server");
        if (half == null) {
            return;
        }
        root.table("client"); // the other half is imported by itself
        String bind = half.text("bind_addr", "0.0.0.0:2333");
        draft.section("[[listen]]").text("bind", Addresses.bind(Addresses.host(bind), Addresses.port(bind)));
        draft.raw(
                "transport",
                Rathole.transport(half, options.transport(), false, draft).ofListener());
        Map<String, Keys> services = half.named("services");
        Rathole.auth(half, services, draft);
        Map<String, String> ports = new TreeMap<>();
        TreeSet<String> hosts = new TreeSet<>();
        services.forEach((name, service) -> {
            if (Rathole.isTcp(service)) {
                String address = service.text("bind_addr", "");
                ports.put(name, Addresses.port(address));
                hosts.add(Addresses.isAll(Addresses.host(address)) ? "" : Addresses.host(address));
                service.dropRest(Rathole.SERVICE);
            }
        });
        draft.section("[[protocol]]").text("type", "tcp");
        if (hosts.size() == 1 && !hosts.first().isEmpty()) {
            draft.text("bind", hosts.first().replaceAll("^\\[|]$", ""));
        } else if (hosts.size() > 1) {
            half.drop("services", "they bind to different addresses: set bind in the [[tunnel]]s of the client");
        }
        if (!ports.isEmpty()) {
            draft.comment("Here the client names the port of a tunnel; where one is allowed it gets that one without.");
            ports.forEach((name, port) -> draft.comment(name + ": port = " + port));
            draft.raw(
                    "ports",
                    ports.values().stream()
                            .distinct()
                            .map(Templates::quote)
                            .collect(Collectors.joining(", ", "[", "]")));
        }
        half.dropRest(Rathole.REASONS);
    }
}
