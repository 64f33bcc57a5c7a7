package dev.culvert.plugin.filter.breaker;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Asks each tunnel's circuit, and tells it how the service did. */
final class BreakerFilter implements HttpFilter {

    /** Above this, circuits of tunnels that are well are forgotten: there may have been many tunnels. */
    private static final int MANY = 1024;

    private final CircuitLimits limits;
    private final Set<Integer> failures;
    private final LongSupplier clock;
    private final ConcurrentHashMap<List<String>, Circuit> circuits = new ConcurrentHashMap<>();

    BreakerFilter(CircuitLimits limits, Set<Integer> failures, LongSupplier clock) {
        this.limits = limits;
        this.failures = failures;
        this.clock = clock;
    }

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        Circuit circuit = circuit(List.of(exchange.account(), exchange.tunnel()));
        return switch (circuit.ask()) {
            case PASS -> HttpVerdict.pass(new Watch(circuit, false));
            case PROBE -> HttpVerdict.pass(new Watch(circuit, true));
            case REFUSE -> HttpVerdict.answer(refusal(circuit));
        };
    }

    private Circuit circuit(List<String> tunnel) {
        if (circuits.size() > MANY) {
            circuits.values().removeIf(Circuit::isFresh);
        }
        return circuits.computeIfAbsent(tunnel, fresh -> new Circuit(limits, clock));
    }

    private static HttpAnswer refusal(Circuit circuit) {
        long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(circuit.left()) + 1);
        return HttpAnswer.refusal(
                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                        new CulvertException(
                                FilterError.CIRCUIT_OPEN, "the service has failed too often, and is left alone."))
                .with(HttpHeaderNames.RETRY_AFTER, seconds);
    }

    /** Whether the service did well; null where that cannot be told. */
    private @Nullable Boolean judged(HttpEnd end) {
        return switch (end.outcome()) {
            case COMPLETED ->
                end.status() == null || !failures.contains(end.status().code());
            case SERVICE_FAILED -> false;
            case REFUSED, VISITOR_LEFT -> null;
        };
    }

    /** Waits for the end of one request. */
    private final class Watch implements HttpPassage {

        private final Circuit circuit;
        private final boolean probe;

        Watch(Circuit circuit, boolean probe) {
            this.circuit = circuit;
            this.probe = probe;
        }

        @Override
        public void ended(HttpEnd end) {
            Boolean well = judged(end);
            if (probe && well == null) {
                circuit.probeLost();
            } else if (probe) {
                circuit.probed(Boolean.TRUE.equals(well));
            } else if (well != null) {
                circuit.passed(well);
            }
        }
    }
}
