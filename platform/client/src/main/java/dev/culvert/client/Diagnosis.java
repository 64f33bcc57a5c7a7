package dev.culvert.client;

import dev.culvert.client.ClientStatus.TunnelStatus;
import dev.culvert.engine.EngineContext;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.net.Sockets;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Role;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.spi.protocol.OnConflict;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Goes the way of a client step by step and says of each whether it can be gone: names, connections, certificates, each
 * transport, the login, the clocks, and every tunnel from its public endpoint to its service. Blocks.
 */
public final class Diagnosis {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PROBE_PATIENCE = Duration.ofSeconds(20);
    private static final Duration CLOCKS = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 50;

    private final ClientSettings settings;
    private final Consumer<Check> rows;
    private boolean told = true;

    /**
     * Prepares one.
     *
     * @param settings of the client
     * @param rows takes each row as soon as it is known
     */
    public Diagnosis(ClientSettings settings, Consumer<Check> rows) {
        this.settings = settings;
        this.rows = rows;
    }

    /** Does it all. */
    public void run() throws InterruptedException {
        boolean admitted;
        try (EngineContext context = new EngineContext(
                Role.CLIENT, settings.dataDirectory(), Sockets.open(settings.network(), 1), warning -> {})) {
            admitted = ways(context);
        } catch (CulvertException e) {
            rows.accept(Check.failed("transport", e));
            admitted = false;
        }
        List<TunnelSection> enabled =
                settings.tunnel().stream().filter(TunnelSection::enabled).toList();
        if (admitted && !enabled.isEmpty()) {
            tunnels();
        } else {
            enabled.forEach(section ->
                    rows.accept(Check.failed("tunnel", notChecked(section.name() + ": there is no session."))));
        }
    }

    private boolean ways(EngineContext context) throws InterruptedException {
        Wire wire = new Wire(settings.server(), settings, context);
        told = wire.negotiatesTunnels();
        List<Credential> credentials = settings.auth().stream()
                .map(factory -> Plugins.withLoaderOf(factory, () -> factory.build(context)))
                .toList();
        try {
            Set<String> hosts = new LinkedHashSet<>();
            wire.ways().forEach(way -> hosts.add(way.target().host()));
            hosts.forEach(host -> rows.accept(name(host)));
            Set<HostPort> targets = new LinkedHashSet<>();
            wire.ways().forEach(way -> targets.add(way.target()));
            Set<HostPort> reached = new LinkedHashSet<>();
            for (HostPort target : targets) {
                Check check = connect("connect", target);
                rows.accept(check);
                if (check.isOk()) {
                    reached.add(target);
                }
            }
            boolean admitted = false;
            for (Way way : wire.ways()) {
                admitted |= way(way, reached.contains(way.target()), credentials, context);
            }
            return admitted;
        } finally {
            credentials.forEach(Credential::close);
            wire.close();
        }
    }

    private boolean way(Way way, boolean reached, List<Credential> credentials, EngineContext context)
            throws InterruptedException {
        String shown = way.name() + " to " + way.server();
        if (!reached) {
            rows.accept(Check.failed("transport", notChecked(shown + ": there is no connection.")));
            rows.accept(Check.failed("login", notChecked(shown + ": there is no connection.")));
            return false;
        }
        if (way.name().startsWith("tls")) {
            rows.accept(certificate(way.target()));
        }
        CompletableFuture<RemoteServer> login = new CompletableFuture<>();
        var loop = context.network().eventLoops().next();
        loop.execute(() -> way.connect(loop, new DiagnosingHost(settings, credentials), login));
        try {
            RemoteServer server = login.get(settings.loginTimeout().toMillis(), TimeUnit.MILLISECONDS);
            rows.accept(Check.ok("transport", shown));
            rows.accept(Check.ok(
                    "login",
                    server.principal()
                            .map(principal -> "as " + principal.name() + ", account " + principal.account())
                            .orElse("nobody is asked who it is")));
            rows.accept(server.clockAhead()
                    .map(Diagnosis::clock)
                    .orElseGet(() -> Check.ok("clock", "not checked: the server does not say what time it has")));
            server.close(null);
            server.closeFuture().await(1, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            CulvertException cause = Failures.of(e.getCause() == null ? e : e.getCause());
            if (Failures.isAuthentication(cause)) {
                rows.accept(Check.ok("transport", shown));
                rows.accept(Check.failed("login", cause));
            } else {
                rows.accept(Check.failed("transport", cause));
                rows.accept(Check.failed("login", notChecked(shown + ": the transport does not stand.")));
            }
        } catch (TimeoutException e) {
            CulvertException cause = new CulvertException(
                    WireError.UNREACHABLE,
                    shown + ": no login within " + settings.loginTimeout().toSeconds() + " s.");
            login.completeExceptionally(cause);
            rows.accept(Check.failed("transport", cause));
            rows.accept(Check.failed("login", notChecked(shown + ": the transport does not stand.")));
        }
        return false;
    }

    private static Check name(String host) {
        try {
            String addresses = Arrays.stream(InetAddress.getAllByName(host))
                    .map(InetAddress::getHostAddress)
                    .collect(Collectors.joining(", "));
            return Check.ok("name", host + " is " + addresses);
        } catch (UnknownHostException e) {
            return Check.failed(
                    "name", new CulvertException(WireError.UNREACHABLE, host + ": the name does not resolve.", e));
        }
    }

    private static Check connect(String what, HostPort target) {
        long start = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(target.host(), target.port()), (int) PATIENCE.toMillis());
            return Check.ok(what, target + " in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        } catch (IOException e) {
            return unreachable(what, target, e);
        }
    }

    private static Check certificate(HostPort server) {
        try {
            List<X509Certificate> chain = Certificates.of(server, PATIENCE);
            for (X509Certificate certificate : chain) {
                certificate.checkValidity();
            }
            X509Certificate own = chain.get(0);
            return Check.ok(
                    "certificate",
                    own.getSubjectX500Principal().getName() + " until "
                            + own.getNotAfter().toInstant() + ", chain of " + chain.size() + ", "
                            + Certificates.pin(own));
        } catch (CertificateNotYetValidException | CertificateExpiredException e) {
            return Check.failed(
                    "certificate",
                    new CulvertException(
                            ConfigError.CLOCKS_DIFFER,
                            server + ": a certificate is not valid at the time that this machine has (" + e.getMessage()
                                    + "); renew it on the server, unless this clock is wrong."));
        } catch (IOException e) {
            return Check.failed(
                    "certificate",
                    new CulvertException(WireError.TRANSPORT_FAILED, server + ": " + e.getMessage() + ".", e));
        }
    }

    private static Check clock(Duration ahead) {
        String shown = Math.abs(ahead.toMillis()) / 1e3 + " s";
        String found = "the server's is " + shown + (ahead.isNegative() ? " behind" : " ahead");
        return ahead.abs().compareTo(CLOCKS) < 0
                ? Check.ok("clock", found)
                : Check.failed("clock", new CulvertException(ConfigError.CLOCKS_DIFFER, found + "."));
    }

    // A client of its own, beside one that may run: what that one holds is not taken away.
    private void tunnels() throws InterruptedException {
        Map<String, Semaphore> visits = new ConcurrentHashMap<>();
        ClientObserver arrivals = new ClientObserver() {
            @Override
            public void visitorOpened(VisitorEvent visitor) {
                visits.computeIfAbsent(visitor.tunnel(), name -> new Semaphore(0))
                        .release();
            }
        };
        try (TunnelClient client = new TunnelClient(settings, List.of(arrivals))) {
            client.start();
            long end = System.nanoTime() + PROBE_PATIENCE.toNanos();
            while (System.nanoTime() < end && !isKnown(client.status())) {
                Thread.sleep(POLL_MILLIS);
            }
            for (TunnelStatus tunnel : client.status().tunnels()) {
                rows.accept(tunnel(tunnel, client.problem(tunnel)));
                if (!tunnel.endpoint().isEmpty()) {
                    rows.accept(endpoint(tunnel, visits.computeIfAbsent(tunnel.name(), name -> new Semaphore(0))));
                }
            }
        } catch (CulvertException e) {
            rows.accept(Check.failed("tunnel", e));
        }
    }

    private boolean isKnown(ClientStatus status) {
        return !status.tunnels().isEmpty()
                && status.tunnels().stream()
                        .noneMatch(tunnel -> tunnel.state() == TunnelState.CONNECTING
                                || tunnel.state() == TunnelState.REGISTERED && isProbed(tunnel.name()));
    }

    private boolean isProbed(String tunnel) {
        return told && settings.tunnel().stream().anyMatch(one -> one.name().equals(tunnel) && one.probed());
    }

    private String whyNotProbed(String tunnel) {
        if (!told) {
            return "the dialect does not tell";
        }
        boolean forbidden =
                settings.tunnel().stream().anyMatch(one -> one.name().equals(tunnel) && !one.probe());
        return forbidden ? "probe = false" : "nothing but an answer to a visitor would tell";
    }

    // A visitor may come out at another client.
    private boolean isShared(String tunnel) {
        return settings.tunnel().stream()
                .anyMatch(one -> one.name().equals(tunnel) && one.onConflict() == OnConflict.BALANCE);
    }

    private Check tunnel(TunnelStatus tunnel, @Nullable CulvertException problem) {
        String way = tunnel.name() + ": " + tunnel.endpoint() + " -> " + tunnel.local();
        return switch (tunnel.state()) {
            case READY, PAUSED, DRAINING -> Check.ok("tunnel", way);
            case REGISTERED ->
                isProbed(tunnel.name())
                        ? Check.failed(
                                "tunnel",
                                new CulvertException(TunnelError.NOT_PROVEN, way + ": no stream has come through."))
                        : Check.ok("tunnel", way + " (not probed: " + whyNotProbed(tunnel.name()) + ")");
            case CONNECTING ->
                Check.failed(
                        "tunnel",
                        new CulvertException(TunnelError.NOT_PROVEN, tunnel.name() + ": not opened in time."));
            case REFUSED ->
                tunnel.reason().startsWith(TunnelError.ENDPOINT_HELD.code())
                                && tunnel.reason().contains("held by")
                                && tunnel.reason().contains("on_conflict")
                        ? Check.ok("tunnel", tunnel.name() + ": served by another client of this account")
                        : failed(tunnel, problem);
            case DEGRADED -> failed(tunnel, problem);
        };
    }

    private static Check failed(TunnelStatus tunnel, @Nullable CulvertException problem) {
        CulvertException cause = problem == null
                ? new CulvertException(TunnelError.NOT_PROVEN, tunnel.reason())
                : new CulvertException(problem.code(), tunnel.name() + ": " + problem.detail(), problem);
        return Check.failed("tunnel", cause);
    }

    private Check endpoint(TunnelStatus tunnel, Semaphore arrivals) throws InterruptedException {
        Endpoint endpoint = Endpoint.parse(tunnel.endpoint());
        if (endpoint.scheme().equals("udp")) {
            return Check.ok(
                    "endpoint",
                    endpoint + " not tried: nobody knows what the service answers to; the tunnel is "
                            + tunnel.state().name().toLowerCase(Locale.ROOT));
        }
        int usual = endpoint.scheme().equals("http") ? 80 : 443;
        HostPort target = new HostPort(endpoint.host(), endpoint.port() == 0 ? usual : endpoint.port());
        if (!endpoint.scheme().equals("tcp")) {
            return connect("endpoint", target); // a request or a handshake would be the service's affair
        }
        boolean served = tunnel.state() == TunnelState.READY || tunnel.state() == TunnelState.REGISTERED;
        return served && !isShared(tunnel.name()) ? visit(target, arrivals) : connect("endpoint", target);
    }

    // As a visitor who says nothing: it has to come out here, on the way to the service.
    private static Check visit(HostPort target, Semaphore arrivals) throws InterruptedException {
        long start = System.nanoTime();
        arrivals.drainPermits();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(target.host(), target.port()), (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) POLL_MILLIS);
            boolean silent = true;
            while (silent && !arrivals.tryAcquire()) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    return lost(target + ": connected, and nothing arrived at this client within "
                            + PATIENCE.toSeconds() + " s.");
                }
                silent = isSilent(socket);
            }
            if (!silent && !arrivals.tryAcquire(1, TimeUnit.SECONDS)) {
                return lost(target + ": connected, and ended before it came to this client.");
            }
            return Check.ok(
                    "endpoint",
                    target + " in " + (System.nanoTime() - start) / 1_000_000 + " ms, through to the service");
        } catch (SocketException e) {
            boolean unreachable = e instanceof ConnectException || e instanceof NoRouteToHostException;
            return unreachable ? unreachable("endpoint", target, e) : lost(target + ": reset at once.");
        } catch (IOException e) {
            return unreachable("endpoint", target, e);
        }
    }

    private static Check unreachable(String what, HostPort target, IOException e) {
        return Check.failed(what, new CulvertException(WireError.UNREACHABLE, target + ": " + e.getMessage() + ".", e));
    }

    private static boolean isSilent(Socket socket) throws IOException {
        try {
            socket.getInputStream().read();
            return false; // the service speaks first, or it is the end
        } catch (SocketTimeoutException e) {
            return true;
        } catch (SocketException e) {
            return false; // a reset
        }
    }

    private static Check lost(String detail) {
        return Check.failed("endpoint", new CulvertException(TunnelError.ENDPOINT_UNREACHABLE, detail));
    }

    private static CulvertException notChecked(String detail) {
        return new CulvertException(ConfigError.NOT_CHECKED, detail);
    }
}
