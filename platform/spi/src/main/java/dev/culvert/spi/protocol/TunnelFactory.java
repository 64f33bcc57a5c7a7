package dev.culvert.spi.protocol;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.ServiceAddress;
import org.jspecify.annotations.Nullable;
import org.pf4j.ExtensionPoint;

/**
 * One tunnel, the client's half of a protocol: a {@code [[tunnel]]} section. The keys {@code type}, {@code name},
 * {@code enabled} and {@code on_conflict} are the platform's; all others are components of the record.
 *
 * <p>In a client's file it says what to ask of the server and where the service is. In a server's file (dialects that do
 * not negotiate tunnels) only {@link #parameters} counts.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface TunnelFactory extends ExtensionPoint {

    /**
     * What the server's half has to know: a record that Jackson can write, read there as
     * {@link Protocol#parametersType()}.
     *
     * @param previous where the tunnel was public before the session was lost, so that an assigned port can be asked for
     *     again; null at first, and again when the server refused what these parameters asked for
     */
    Object parameters(@Nullable Endpoint previous);

    /** Where the service is, for display. */
    String local();

    /**
     * Where the platform may connect to find out how the service is: what {@code health_check} tries, by {@link
     * LocalService#connect}.
     *
     * @return null if there is nothing that takes connections
     */
    default @Nullable ServiceAddress service() {
        return null;
    }

    /**
     * Whether the service may be asked for a page by HTTP/1.1 once {@link LocalService#connect} has connected to it: what
     * {@code health_check} with a path does. Where not, such a section is refused.
     *
     * @return default true: who writes a path knows that his service answers
     */
    default boolean answersGet() {
        return true;
    }

    /**
     * Whether a stream that has been accepted has reached the service, so that one for nobody tells whether it is there. False
     * where only its answers to visitors do, as over UDP: the server then does not try, and the tunnel is ready when a
     * {@link Visit} has first been answered.
     */
    default boolean canBeProbed() {
        return true;
    }

    /**
     * Makes the client's half. Called once, at start, on clients only.
     *
     * @param context what the platform lends
     */
    LocalService build(PluginContext context);
}
