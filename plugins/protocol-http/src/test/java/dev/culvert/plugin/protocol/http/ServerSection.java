package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.http.HttpFilterFactory;
import java.util.List;

/** A server's section of a file: a free port, example.com, and what a test sets; the rest is left out. */
final class ServerSection {

    private List<SourceNetwork> trustedProxies;
    private TlsSection tls;
    private Limits limits;
    private List<HttpFilterFactory> filters;
    private List<SourceNetwork> proxyProtocolFrom;
    private List<ViaRule> via;
    private Boolean health;
    private HostName healthHost;

    ServerSection trustedProxies(List<SourceNetwork> some) {
        trustedProxies = some;
        return this;
    }

    ServerSection tls(TlsSection section) {
        tls = section;
        return this;
    }

    ServerSection limits(Limits some) {
        limits = some;
        return this;
    }

    ServerSection filters(List<HttpFilterFactory> some) {
        filters = some;
        return this;
    }

    ServerSection proxyProtocolFrom(List<SourceNetwork> some) {
        proxyProtocolFrom = some;
        return this;
    }

    ServerSection via(ViaRule... rules) {
        via = List.of(rules);
        return this;
    }

    ServerSection health(Boolean on, HostName host) {
        health = on;
        healthHost = host;
        return this;
    }

    HttpProtocolFactory read() {
        return new HttpProtocolFactory(
                new HostPort("127.0.0.1", 0),
                HostName.parse("example.com"),
                null,
                null,
                trustedProxies,
                tls,
                limits,
                null,
                filters,
                null,
                proxyProtocolFrom,
                via,
                health,
                healthHost);
    }
}
