package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.Role;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;

/**
 * A small HTTP/1.1 server on a real socket, whose requests go through filters to a service in the same process: what an
 * http tunnel is to a filter. Closing it closes the filters, and fails if that leaves a connection open or a buffer
 * unreleased.
 *
 * <p>Everything goes to the tunnel {@code web} of the account {@code alice}; a refusal has the code and the detail of its
 * cause as its body.
 */
public final class HttpKit implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TestPluginContext context;
    private final HttpFilter filter;
    private final Channel listener;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final HttpClient visitor =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<KitOrigin.Request> served = new ConcurrentLinkedQueue<>();
    private final Queue<HttpEnd> ends = new ConcurrentLinkedQueue<>();
    private volatile KitOrigin origin = KitOrigin.ECHO;

    private HttpKit(TestPluginContext context, HttpFilter filter) {
        this.context = context;
        this.filter = filter;
        this.listener = new ServerBootstrap()
                .group(Loops.NIO.group())
                .channel(Loops.NIO.serverType())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline().addLast(new HttpServerCodec(), new KitExchangeHandler(HttpKit.this));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    /** Sections of the server's file, in this order. */
    public static HttpKit with(HttpFilterFactory... sections) {
        TestPluginContext context =
                new TestPluginContext(Role.SERVER, Path.of(System.getProperty("java.io.tmpdir")), new KitNetwork());
        List<HttpFilter> filters = new ArrayList<>();
        Arrays.stream(sections).forEach(section -> filters.add(section.build(context, Role.SERVER)));
        return new HttpKit(context, HttpFilter.inOrder(filters));
    }

    /** Filters that exist already. */
    public static HttpKit of(HttpFilter... filters) {
        TestPluginContext context =
                new TestPluginContext(Role.SERVER, Path.of(System.getProperty("java.io.tmpdir")), new KitNetwork());
        return new HttpKit(context, HttpFilter.inOrder(List.of(filters)));
    }

    /** Puts another service behind it; {@link KitOrigin#ECHO} at first. */
    public HttpKit serving(KitOrigin service) {
        origin = service;
        return this;
    }

    /** Where visitors connect. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** A request to it, GET and without a body unless that is changed. */
    public HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address().getPort() + target))
                .timeout(PATIENCE);
    }

    /** Asks and waits for the whole answer. */
    public HttpResponse<String> ask(HttpRequest.Builder request) {
        return await(send(request));
    }

    /** Asks and waits for the whole answer, as bytes. */
    public HttpResponse<byte[]> askBytes(HttpRequest.Builder request) {
        return await(visitor.sendAsync(request.build(), BodyHandlers.ofByteArray()));
    }

    /** A GET with headers, names and values in turn. */
    public HttpResponse<String> get(String target, String... headers) {
        HttpRequest.Builder request = request(target);
        return ask(headers.length == 0 ? request : request.headers(headers));
    }

    /** Asks, and does not wait. */
    public CompletableFuture<HttpResponse<String>> send(HttpRequest.Builder request) {
        return visitor.sendAsync(request.build(), BodyHandlers.ofString());
    }

    /** A connection of a visitor who writes by hand. */
    public Socket socket() throws IOException {
        Socket socket = new Socket(address().getAddress(), address().getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** What has reached the service, in order. */
    public List<KitOrigin.Request> served() {
        return List.copyOf(served);
    }

    /** How the exchanges ended, in order. */
    public List<HttpEnd> ends() {
        return List.copyOf(ends);
    }

    /** What the filters said on the plugin's context. */
    public List<String> warnings() {
        return context.warnings();
    }

    HttpFilter filter() {
        return filter;
    }

    void serve(KitOrigin.Request request, KitOrigin.Answer answer) {
        served.add(request);
        origin.serve(request, answer);
    }

    void ended(HttpEnd end) {
        ends.add(end);
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        filter.close();
        connections.close().syncUninterruptibly();
        Awaitility.await("every connection closed")
                .atMost(Duration.ofSeconds(5))
                .until(connections::isEmpty);
        context.close();
        LeakDetection.check();
    }

    private static <T> T await(CompletableFuture<T> answer) {
        assertThat(answer).succeedsWithin(PATIENCE);
        return answer.join();
    }
}
