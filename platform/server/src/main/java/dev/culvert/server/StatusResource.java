package dev.culvert.server;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the server is doing, for {@code culvert status} and for scripts. */
@Path("/v1/status")
@Produces(MediaType.APPLICATION_JSON)
public final class StatusResource {

    private final TunnelServer server;

    StatusResource(TunnelServer server) {
        this.server = server;
    }

    /** A snapshot. */
    @GET
    public ServerStatus status() {
        Map<String, String> listeners = new TreeMap<>();
        server.addresses().forEach((name, address) -> listeners.put(name, address.toString()));
        return new ServerStatus(
                "server",
                server.startedAt(),
                listeners,
                server.endpoints(),
                server.streams(),
                server.byListener(),
                server.byHost(),
                server.absent(),
                server.clients());
    }

    /**
     * What a server is doing.
     *
     * @param role always {@code server}
     * @param startedAt since when it runs
     * @param listeners where clients connect, by the names of their sections
     * @param endpoints how many endpoints are public
     * @param streams how many streams are open
     * @param byListener what has come through each {@code [[listen]]} since the server started
     * @param byHost what has gone to each public host, or port, since it is public
     * @param absent what is public and has no client now
     * @param clients who is there
     */
    public record ServerStatus(
            String role,
            Instant startedAt,
            Map<String, String> listeners,
            int endpoints,
            int streams,
            Map<String, Share> byListener,
            Map<String, Share> byHost,
            List<AbsentTunnel> absent,
            List<ClientStatus> clients) {}
}
