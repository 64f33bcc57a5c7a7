package dev.culvert.engine.net;

import dev.culvert.spi.HostPort;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Looks names up with the system's resolver, which blocks: on threads of its own, never on a loop. */
final class Resolver implements AutoCloseable {

    private static final int THREADS = 4;
    private static final int WAITING = 1024;

    private final ThreadPoolExecutor executor;

    Resolver() {
        executor = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                new DefaultThreadFactory("culvert-dns", true));
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * All addresses of a host, at least one, in the system's order of preference.
     *
     * @param loop on which the result arrives; at once where there is nothing to look up
     * @param target an empty host is this machine
     */
    Future<List<InetSocketAddress>> resolve(EventLoop loop, HostPort target) {
        Promise<List<InetSocketAddress>> result = loop.newPromise();
        if (target.host().isEmpty() || isLiteral(target.host())) {
            complete(target, result);
            return result;
        }
        try {
            executor.execute(() -> complete(target, result));
        } catch (RejectedExecutionException e) {
            result.setFailure(new UnknownHostException(target.host() + ": too many names are being looked up"));
        }
        return result;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static void complete(HostPort target, Promise<List<InetSocketAddress>> result) {
        try {
            result.setSuccess(Arrays.stream(addresses(target.host()))
                    .map(address -> new InetSocketAddress(address, target.port()))
                    .toList());
        } catch (UnknownHostException e) {
            result.setFailure(e);
        }
    }

    private static InetAddress[] addresses(String host) throws UnknownHostException {
        return host.isEmpty()
                ? new InetAddress[] {NetUtil.LOCALHOST4, NetUtil.LOCALHOST6}
                : InetAddress.getAllByName(host);
    }

    private static boolean isLiteral(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }
}
