package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.protocol.IncomingStream;
import dev.culvert.spi.protocol.LocalService;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The client's half: each flow of a lane has a socket of its own to the service. Thread-safe. */
final class UdpService implements LocalService {

    private final Network network;
    private final HostPort target;
    private final UdpTunnelFactory settings;
    private final Set<ClientLane> lanes = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    UdpService(Network network, HostPort target, UdpTunnelFactory settings) {
        this.network = network;
        this.target = target;
        this.settings = settings;
    }

    @Override
    public void deliver(IncomingStream stream) {
        ClientLane lane = new ClientLane(stream, network, target, settings);
        lanes.add(lane);
        stream.channel().closeFuture().addListener(gone -> lanes.remove(lane));
        lane.start();
        if (draining) {
            lane.drain();
        }
    }

    @Override
    public void drain() {
        draining = true;
        lanes.forEach(ClientLane::drain);
    }
}
