package dev.culvert.cli.imports;

import java.util.Map;
import java.util.Set;
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
        Map<String, Map<String, String>> addresses = new TreeMap<>(Map.of("tcp", new TreeMap<>()));
        services.forEach((name, service) -> {
            String type = Rathole.type(service);
            if (type != null) {
                addresses.computeIfAbsent(type, first -> new TreeMap<>()).put(name, service.text("bind_addr", ""));
                service.dropRest(Rathole.SERVICE);
            }
        });
        addresses.forEach((type, of) -> protocol(type, of, half, draft));
        half.dropRest(Rathole.REASONS);
    }

    /** The protocol of all services of one type. */
    private static void protocol(String type, Map<String, String> addresses, Keys half, Draft draft) {
        Set<String> hosts = new TreeSet<>();
        addresses.values().forEach(address -> {
            String host = Addresses.host(address);
            hosts.add(Addresses.isAll(host) ? "" : host);
        });
        draft.section("[[protocol]]").text("type", type);
        String host = hosts.size() == 1 ? hosts.iterator().next() : "";
        if (!host.isEmpty()) {
            draft.text("bind", host.replaceAll("^\\[|]$", ""));
        } else if (hosts.size() > 1) {
            half.drop("services", "they bind to different addresses: set bind in the [[tunnel]]s of the client");
        }
        if (!addresses.isEmpty()) {
            draft.comment("Here the client names the port of a tunnel; where one is allowed it gets that one without.");
            addresses.forEach((name, address) -> draft.comment(name + ": port = " + Addresses.port(address)));
            draft.raw(
                    "ports",
                    addresses.values().stream()
                            .map(Addresses::port)
                            .distinct()
                            .map(Templates::quote)
                            .collect(Collectors.joining(", ", "[", "]")));
        }
    }
}
