package dev.culvert.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.engine.config.HealthCheckSection;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.protocol.LocalService;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tries one service again and again, and says when it is no longer well, and when it is again. The first try decides alone: a
 * client must not take visitors for a service that was never there. State belongs to one loop.
 */
final class ServiceCheck {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})");
    private static final int STATUS_LENGTH = "HTTP/1.1 200".length();

    private final HealthCheckSection section;
    private final String local;
    private final ServiceAddress target;
    private final LocalService service;
    private final EventLoop loop;
    private final Consumer<@Nullable CulvertException> changed;
    private @Nullable CulvertException trouble;
    private @Nullable Try current;
    private @Nullable Future<?> next;
    private boolean decided;
    private boolean stopped;
    private int against;

    /**
     * Makes one that waits for {@link #start}.
     *
     * @param local where the service is, as the file says
     * @param target its address
     * @param service connects to it as visitors are
     * @param loop where it lives, as all before and after it for this service
     * @param changed is told on the loop what is wrong, or null when nothing is; at first, too
     */
    ServiceCheck(
            HealthCheckSection section,
            String local,
            ServiceAddress target,
            LocalService service,
            EventLoop loop,
            Consumer<@Nullable CulvertException> changed) {
        this.section = section;
        this.local = local;
        this.target = target;
        this.service = service;
        this.changed = changed;
        this.loop = loop;
    }

    void start() {
        loop.execute(this::check);
    }

    void stop() {
        loop.execute(() -> {
            stopped = true;
            if (next != null) {
                next.cancel(false);
            }
            if (current != null) {
                current.end();
            }
        });
    }

    private void check() {
        if (!stopped) {
            current = new Try();
            current.begin();
        }
    }

    private void found(@Nullable CulvertException cause) {
        if (stopped) {
            return;
        }
        next = loop.schedule(this::check, section.interval().toMillis(), TimeUnit.MILLISECONDS);
        if (decided && (cause == null) == (trouble == null)) {
            against = 0;
            return;
        }
        against++;
        if (!decided || against >= (cause == null ? section.successes() : section.failures())) {
            decided = true;
            against = 0;
            trouble = cause;
            changed.accept(cause);
        }
    }

    private static CulvertException unhealthy(String what) {
        return new CulvertException(ServiceError.UNHEALTHY, "health check: " + what);
    }

    /** One try. */
    private final class Try {

        private @Nullable Future<DuplexChannel> connecting;
        private @Nullable Future<?> deadline;
        private @Nullable DuplexChannel channel;
        private boolean over;

        void begin() {
            deadline = loop.schedule(
                    () -> failed("did not answer within " + section.timeout().toMillis() + " ms."),
                    section.timeout().toMillis(),
                    TimeUnit.MILLISECONDS);
            Future<DuplexChannel> connect = service.connect(loop);
            connecting = connect;
            connect.addListener(done -> {
                if (loop.inEventLoop()) {
                    connected(connect);
                } else {
                    loop.execute(() -> connected(connect));
                }
            });
        }

        /** Nobody wants to know any more. */
        void end() {
            over = true;
            if (deadline != null) {
                deadline.cancel(false);
            }
            if (connecting != null) {
                connecting.cancel(false);
            }
            if (channel != null) {
                channel.close();
            }
        }

        private void connected(Future<DuplexChannel> connect) {
            if (over) {
                if (connect.isSuccess()) {
                    connect.getNow().close();
                }
                return;
            }
            if (!connect.isSuccess()) {
                ended(unhealthy(CulvertException.of(connect.cause(), ServiceError.FAILED, "local " + local)
                        .detail()));
                return;
            }
            channel = connect.getNow();
            if (section.type() == HealthCheckSection.Kind.TCP) {
                ended(null);
            } else {
                ask(channel);
            }
        }

        private void ask(DuplexChannel service) {
            String host = target instanceof HostPort ? target.shown() : "localhost";
            service.pipeline().addLast(new StatusReader(this));
            service.config().setAutoRead(true);
            service.writeAndFlush(Unpooled.copiedBuffer(
                    "GET " + section.path() + " HTTP/1.1\r\nHost: " + host
                            + "\r\nUser-Agent: culvert-health-check\r\nConnection: close\r\n\r\n",
                    US_ASCII));
        }

        void answered(String head) {
            Matcher status = STATUS.matcher(head);
            if (!status.matches()) {
                failed("did not answer by HTTP/1.1.");
            } else if (status.group(1).compareTo("200") < 0 || status.group(1).compareTo("400") >= 0) {
                failed("answered " + status.group(1) + " to GET " + section.path() + " (expected: 200 to 399).");
            } else {
                ended(null);
            }
        }

        void failed(String how) {
            ended(unhealthy("local " + local + " " + how));
        }

        private void ended(@Nullable CulvertException cause) {
            if (!over) {
                end();
                found(cause);
            }
        }
    }

    /** Reads the first words of an answer, which is all that matters. */
    private static final class StatusReader extends SimpleChannelInboundHandler<ByteBuf> {

        private final Try asker;
        private final StringBuilder head = new StringBuilder(STATUS_LENGTH);

        StatusReader(Try asker) {
            this.asker = asker;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
            int wanted = Math.min(bytes.readableBytes(), STATUS_LENGTH - head.length());
            head.append(bytes.readCharSequence(wanted, US_ASCII));
            if (head.length() == STATUS_LENGTH) {
                asker.answered(head.toString());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                asker.failed("ended before its answer.");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            asker.failed("ended before its answer.");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            asker.failed("broke off: " + cause.getMessage() + ".");
        }
    }
}
