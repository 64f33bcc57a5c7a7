package dev.culvert.engine.config;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.engine.plugin.PluginsSection;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.spi.registry.Registry;
import dev.culvert.spi.registry.RegistryFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/** A configuration with something of everything. */
record Sample(
        @Nullable PluginsSection plugins,
        @Nullable @Valid List<Listen> listen,
        @Nullable @Valid List<TunnelSection> tunnel,
        @Nullable @Valid RegistryFactory registry,
        @Nullable Limits limits) {

    Sample {
        listen = requireNonNullElse(listen, List.of());
        tunnel = requireNonNullElse(tunnel, List.of());
        limits = requireNonNullElse(limits, new Limits(null, null, null, null));
    }

    record Listen(
            @NotNull HostPort bind,
            @Nullable @Valid List<List<RegistryFactory>> transport,
            @Nullable @Min(1) @Max(10) Integer connections,
            @Nullable Boolean proxyProtocol,
            @Nullable List<String> names) {}

    record Limits(
            @Nullable Duration loginTimeout,
            @Nullable DataSize window,
            @Nullable Double ratio,
            @Nullable Instant until) {
        Limits {
            loginTimeout = requireNonNullElse(loginTimeout, Duration.ofSeconds(10));
            window = requireNonNullElse(window, DataSize.ofKibibytes(256));
            if (window.bytes() < 1024) {
                throw new IllegalArgumentException("window: " + window + " (expected: >= 1KiB)");
            }
        }
    }

    @Extension
    @JsonTypeName("sample")
    record SampleRegistry(
            @NotNull @Size(min = 3) String name,
            @Nullable Secret password,
            @Nullable Integer shards) implements RegistryFactory {
        @Override
        public Registry build(PluginContext context) {
            throw new IllegalStateException("not in this test");
        }
    }

    @Extension
    @JsonTypeName("other")
    record OtherRegistry() implements RegistryFactory {
        @Override
        public Registry build(PluginContext context) {
            throw new IllegalStateException("not in this test");
        }
    }

    @Extension
    @JsonTypeName("sample")
    record SampleTunnel(
            @NotNull HostPort target,
            int publicPort,
            @Nullable Secret key) implements TunnelFactory {
        @Override
        public Object parameters(@Nullable Endpoint previous) {
            return this;
        }

        @Override
        public String local() {
            return target.toString();
        }

        @Override
        public LocalService build(PluginContext context) {
            throw new IllegalStateException("not in this test");
        }
    }
}
