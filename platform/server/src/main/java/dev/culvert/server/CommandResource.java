package dev.culvert.server;

import dev.culvert.engine.control.CommandGuard;
import dev.culvert.engine.control.Refusal;
import dev.culvert.engine.control.Reload;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the server is told by {@code culvert reload}, {@code pause} and {@code resume}. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class CommandResource {

    private static final int UNPROCESSABLE = 422;

    private final TunnelServer server;
    private volatile Reload reload = Reload.IMPOSSIBLE;

    CommandResource(TunnelServer server) {
        this.server = server;
    }

    void reloadBy(Reload how) {
        reload = how;
    }

    /** Reads the configuration again. */
    @POST
    @Path("/reload")
    public Response reload(
            @HeaderParam(CommandGuard.HEADER) @Nullable String command,
            @HeaderParam("Host") @Nullable String host,
            @QueryParam("dry_run") @DefaultValue("false") boolean dryRun) {
        return answer(command, host, () -> reload.reload(dryRun));
    }

    /** Refuses the visitors of a tunnel, or takes them again. */
    @POST
    @Path("/tunnels/{name: .+}/{what: pause|resume}")
    public Response pause(
            @HeaderParam(CommandGuard.HEADER) @Nullable String command,
            @HeaderParam("Host") @Nullable String host,
            @PathParam("name") String name,
            @PathParam("what") String what) {
        return answer(command, host, () -> {
            server.pause(name, what.equals("pause"));
            return Map.of("tunnel", name, "state", what + "d");
        });
    }

    private static Response answer(@Nullable String command, @Nullable String host, Supplier<Object> work) {
        try {
            CommandGuard.require(command, host);
            return Response.ok(work.get()).build();
        } catch (RuntimeException e) {
            return Response.status(UNPROCESSABLE).entity(Refusal.of(e)).build();
        }
    }
}
