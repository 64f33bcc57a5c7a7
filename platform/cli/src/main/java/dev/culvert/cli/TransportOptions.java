package dev.culvert.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a client reaches a server, and how it knows that it is the right one. */
final class TransportOptions {

    private static final String DEFAULT = "tls";

    @Option(
            names = "--pin",
            paramLabel = "PIN",
            description = "the server's key, sha256/..., as the server prints it; may be repeated")
    private List<String> pins = new ArrayList<>();

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description = "how the connection is made private; default: tls")
    private @Nullable String name;

    /** Sets {@code transport}; says nothing if no flag does. */
    void addTo(Flags flags) {
        if (pins.isEmpty() && name == null) {
            return;
        }
        String type = name == null ? DEFAULT : name;
        flags.set(name == null ? "--pin" : "--transport", "transport", List.of(Map.of("type", type)));
        if (!pins.isEmpty()) {
            flags.set("--pin", "transport[0].pin", pins);
        }
    }
}
