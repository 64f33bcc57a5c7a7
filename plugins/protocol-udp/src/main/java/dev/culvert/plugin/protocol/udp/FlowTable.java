package dev.culvert.plugin.protocol.udp;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The flows of an endpoint, and which of them has to go when there is no room for another. Belongs to the endpoint's loop.
 *
 * <p>Whoever forges addresses can begin flows and cannot see the answers. So a flow is a newcomer until its visitor has sent
 * again after an answer; newcomers go first, and one that is assured never has to.
 */
final class FlowTable {

    /** Of how long a flow may be silent, a newcomer may this part while there are many flows. */
    private static final int NEWCOMERS_PART = 6;

    private final Limits limits;
    private final Map<InetSocketAddress, Flow> flows = new HashMap<>();
    private final Sources sources = new Sources();
    private final BySilence newcomers = new BySilence();

    FlowTable(Limits limits) {
        this.limits = limits;
    }

    @Nullable
    Flow of(InetSocketAddress visitor) {
        return flows.get(visitor);
    }

    boolean contains(Flow flow) {
        return flows.get(flow.visitor) == flow;
    }

    List<Flow> all() {
        return List.copyOf(flows.values());
    }

    /** Whether there are as many as there may be. */
    boolean isFull() {
        return flows.size() >= limits.maxFlows();
    }

    /** Whether one source has as many as it may. */
    boolean isFullFor(InetSocketAddress visitor) {
        return sources.of(visitor.getAddress()).flows() >= limits.maxFlowsPerSource();
    }

    /** The newcomer that has been silent longest; null if all are assured. */
    @Nullable
    Flow newcomer() {
        return newcomers.first();
    }

    /** The same of one source. */
    @Nullable
    Flow newcomerOf(InetSocketAddress visitor) {
        return sources.of(visitor.getAddress()).newcomers.first();
    }

    /** One begins. */
    Flow add(InetSocketAddress visitor) {
        Sources.Source source = sources.of(visitor.getAddress());
        Flow flow = new Flow(visitor, source);
        sources.entered(visitor.getAddress(), source);
        flows.put(visitor, flow);
        return flow;
    }

    /** Its visitor has sent. */
    void sent(Flow flow, long now) {
        flow.lastActive = now;
        if (flow.isAssured()) {
            return;
        }
        if (flow.isAnswered()) {
            flow.assure();
            leaveNewcomers(flow);
        } else {
            newcomers.sent(flow.ofAll);
            flow.source.newcomers.sent(flow.ofSource);
        }
    }

    /** It is no more. */
    void remove(Flow flow) {
        if (flows.remove(flow.visitor, flow)) {
            sources.left(flow.visitor.getAddress(), flow.source);
            leaveNewcomers(flow);
        }
    }

    /** How long a newcomer may be silent now, and how long one that is assured. */
    long idleNanos(boolean assured) {
        long idle = TimeUnit.MILLISECONDS.toNanos(limits.idleMillis());
        return assured || flows.size() <= limits.maxFlows() / 2 ? idle : idle / NEWCOMERS_PART;
    }

    private static void leaveNewcomers(Flow flow) {
        flow.ofAll.leave();
        flow.ofSource.leave();
    }
}
