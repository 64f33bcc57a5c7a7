package dev.culvert.plugin.protocol.tcp;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostName;
import dev.culvert.spi.ServiceError;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One visitor's way to where it wants to go. A name is looked up once: what is checked are its addresses, and what is
 * connected to are those that were checked, in turn. Lives on one loop.
 */
final class ProxyDial {

    private final ProxyService service;
    private final EventLoop loop;
    private final Wanted wanted;
    private final Promise<DuplexChannel> result;
    private @Nullable Future<DuplexChannel> connecting;
    private @Nullable Throwable failure;

    private ProxyDial(ProxyService service, EventLoop loop, Wanted wanted) {
        this.service = service;
        this.loop = loop;
        this.wanted = wanted;
        result = loop.newPromise();
    }

    /**
     * Begins; on the loop.
     *
     * @return the connection, or a {@link CulvertException}. May be cancelled
     */
    static Future<DuplexChannel> begin(ProxyService service, EventLoop loop, Wanted wanted) {
        ProxyDial dial = new ProxyDial(service, loop, wanted);
        dial.start();
        return dial.result;
    }

    private void start() {
        long millis = service.connectTimeout().toMillis();
        Future<?> timer = loop.schedule(
                () -> fail(ServiceError.TIMEOUT, "did not accept within " + millis + " ms", null),
                millis,
                TimeUnit.MILLISECONDS);
        result.addListener(done -> {
            timer.cancel(false);
            if (connecting != null && !done.isSuccess()) {
                connecting.cancel(false);
            }
        });
        HostName name = wanted.name();
        if (name == null) {
            reach(requireNonNull(wanted.address()));
        } else if (!service.destinations().mayPermit(name, wanted.port())) {
            refuse();
        } else {
            lookUp(name);
        }
    }

    private void lookUp(HostName name) {
        try {
            service.lookups()
                    .ask(
                            name.value(),
                            (found, unknown) -> loop.execute(() -> {
                                if (unknown == null) {
                                    reach(found);
                                } else {
                                    fail(ServiceError.UNKNOWN_HOST, "is a name that does not resolve", unknown);
                                }
                            }));
        } catch (RejectedExecutionException e) {
            fail(ServiceError.FAILED, "was not looked up, since too many names are", e);
        }
    }

    private void reach(InetAddress... found) {
        List<InetAddress> permitted = Arrays.stream(found)
                .filter(address -> service.destinations().permit(wanted.name(), address, wanted.port()))
                .toList();
        if (permitted.isEmpty() && wanted.name() != null && found.length > 0) {
            fail(
                    ServiceError.DESTINATION_NOT_LISTED,
                    "leads to " + NetUtil.toAddressString(found[0])
                            + ", which is not in a network among the destinations",
                    null);
        } else if (permitted.isEmpty()) {
            refuse();
        } else {
            next(permitted.iterator());
        }
    }

    private void next(Iterator<InetAddress> addresses) {
        if (result.isDone()) {
            return; // too late, or nobody waits any more
        }
        if (!addresses.hasNext()) {
            fail(requireNonNull(failure));
            return;
        }
        Future<DuplexChannel> connect = service.network().connect(loop, wanted.at(addresses.next()));
        connecting = connect;
        connect.addListener(done -> {
            if (loop.inEventLoop()) {
                connected(connect, addresses);
            } else {
                loop.execute(() -> connected(connect, addresses));
            }
        });
    }

    private void connected(Future<DuplexChannel> connect, Iterator<InetAddress> addresses) {
        if (!connect.isSuccess()) {
            failure = failure == null ? connect.cause() : failure;
            next(addresses);
        } else if (!result.trySuccess(connect.getNow())) {
            connect.getNow().close();
        }
    }

    private void refuse() {
        fail(ServiceError.DESTINATION_NOT_LISTED, "is not among the destinations", null);
    }

    private void fail(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            fail(ServiceError.TIMEOUT, "did not accept in time", cause);
        } else if (cause instanceof ConnectException) {
            fail(ServiceError.REFUSED, "refused the connection", cause);
        } else {
            fail(ServiceError.FAILED, "cannot be reached: " + cause.getMessage(), cause);
        }
    }

    private void fail(ServiceError code, String how, @Nullable Throwable cause) {
        result.tryFailure(new CulvertException(code, "destination " + wanted + " " + how + ".", cause));
    }
}
