package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.protocol.TunnelFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Both halves of a protocol in one process, around a {@link KitTunnel}. Closing it closes all that it made, and fails if
 * that leaves a socket open or a buffer unreleased.
 */
public final class ProtocolKit implements AutoCloseable {

    // As the platform's own: no plugin may depend on more than this.
    private static final ObjectMapper WIRE = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final KitNetwork network = new KitNetwork();

    /** Makes a kit. */
    public ProtocolKit() {}

    /** A tunnel of a principal without limits; no client serves it yet. */
    public KitTunnel tunnel() {
        return tunnel(Principal.of("alice"));
    }

    /** A tunnel that no client serves yet. */
    public KitTunnel tunnel(Principal owner) {
        return closing(new KitTunnel(network, owner));
    }

    /** A server's half, listening. */
    @SuppressWarnings("unchecked") // parametersType says what it really takes
    public Protocol<Object> server(ProtocolFactory factory) {
        Protocol<Object> server = (Protocol<Object>) closing(factory.build(context(Role.SERVER)));
        Conversation.await(server.start());
        return server;
    }

    /** A client's half. */
    public LocalService client(TunnelFactory factory) {
        return closing(factory.build(context(Role.CLIENT)));
    }

    /** Makes a tunnel public, its parameters having gone over the wire. */
    public EndpointLease open(Protocol<Object> server, KitTunnel tunnel, TunnelFactory client) {
        return open(server, tunnel, client, null);
    }

    /**
     * Makes a tunnel public.
     *
     * @param previous where it was before
     */
    public EndpointLease open(
            Protocol<Object> server, KitTunnel tunnel, TunnelFactory client, @Nullable Endpoint previous) {
        return closing(Conversation.await(server.open(tunnel, overTheWire(server, client, previous))));
    }

    /** A tunnel's parameters as the server gets them. */
    public static Object overTheWire(Protocol<Object> server, TunnelFactory client, @Nullable Endpoint previous) {
        return read(write(client.parameters(previous)), server.parametersType());
    }

    /** Parameters as JSON values. */
    public static Map<String, Object> write(Object parameters) {
        return WIRE.convertValue(parameters, new TypeReference<Map<String, Object>>() {});
    }

    /** Parameters from JSON values. */
    public static <P> P read(Map<String, Object> values, Class<P> type) {
        return WIRE.convertValue(values, type);
    }

    /** Why visitors got nothing, in order. */
    public static List<ErrorCode> codes(KitTunnel tunnel) {
        return tunnel.refusals().stream().map(refusal -> refusal.cause().code()).toList();
    }

    /** Closes something with the kit, before what was made earlier. */
    public <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            close(made.pop());
        }
        await("every socket closed")
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(network.open()).isEmpty());
        LeakDetection.check();
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new AssertionError("cannot close " + resource, e);
        }
    }

    private PluginContext context(Role role) {
        return closing(new TestPluginContext(role, Path.of(System.getProperty("java.io.tmpdir")), network));
    }
}
