package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.link.Link;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of a session have in common: the control stream, the phase, and how it ends. Lives on the link's loop;
 * {@link #execute} and {@link #closeFuture} alone are for any thread.
 */
final class Conversation implements Control.Listener {

    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    private final Link link;
    private final Promise<Void> closed;
    private Party party;
    private Phase phase = Phase.HELLO;
    private @Nullable Control control;
    private @Nullable CulvertException cause;
    private @Nullable ScheduledFuture<?> patience;
    private boolean dismissed;

    Conversation(Link link, Party party) {
        this.link = link;
        this.party = party;
        closed = link.eventLoop().newPromise();
        link.closeFuture().addListener(this::linkClosed);
    }

    EventLoop eventLoop() {
        return link.eventLoop();
    }

    Future<Void> closeFuture() {
        return closed;
    }

    Phase phase() {
        return phase;
    }

    void to(Phase target) {
        phase = phase.to(target);
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    /** From now on this one hears what the other end says. */
    void handTo(Party next) {
        party = next;
    }

    /**
     * Begins to talk.
     *
     * @param stream the control stream
     * @param budget how many bytes may come before the login
     */
    void talk(DuplexChannel stream, int budget) {
        control = new Control(stream, this, budget);
        control.start();
    }

    boolean isTalking() {
        return control != null;
    }

    void send(Message message) {
        if (control != null && phase != Phase.CLOSED) {
            control.send(message);
        }
    }

    /** The login is done. */
    void unlock() {
        if (control != null) {
            control.unlock();
        }
    }

    /** Runs on the loop, at once if this is it. */
    void execute(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
    }

    /**
     * Waits for an answer from within this process while the other end waits too. Nothing happens if the session is over
     * by then.
     *
     * @param question may throw what the stage may fail with
     * @param answered is given the answer or the failure, on the loop
     */
    <T> void decide(Supplier<CompletionStage<T>> question, BiConsumer<@Nullable T, @Nullable Throwable> answered) {
        to(Phase.DECIDING);
        if (control != null) {
            control.pause();
        }
        CompletionStage<T> stage;
        try {
            stage = question.get();
        } catch (RuntimeException e) {
            decided(answered, null, e);
            return;
        }
        stage.whenComplete((answer, failure) -> execute(() -> decided(answered, answer, failure)));
    }

    private <T> void decided(
            BiConsumer<@Nullable T, @Nullable Throwable> answered, @Nullable T answer, @Nullable Throwable failure) {
        if (isClosed()) {
            return;
        }
        answered.accept(answer, failure);
        // It may have led to the next decision.
        if (control != null && !isClosed() && phase != Phase.DECIDING) {
            control.resume();
        }
    }

    @Override
    public void onMessage(Message message) {
        if (isClosed()) {
            return;
        }
        try {
            hear(message);
        } catch (CulvertException e) {
            fail(e);
        } catch (RuntimeException e) {
            log.error("a message of {} found a fault", link.context().peer(), e);
            fail(new CulvertException(WireError.CONNECTION_LOST, "this end has a fault; its log says more.", e));
        }
    }

    private void hear(Message message) {
        if (message instanceof Message.Failure failure) {
            if (failure.fatal()) {
                dismissed(failure.cause());
            } else {
                log.debug(
                        "the other end of {} says: {}",
                        link.context().peer(),
                        failure.cause().getMessage());
            }
        } else if (message instanceof Message.Unknown unknown) {
            String type = Text.printable(String.valueOf(unknown.type()), 64);
            send(Message.Failure.of(
                    new CulvertException(WireError.UNKNOWN_MESSAGE, "type \"" + type + "\" is not known here."),
                    false));
        } else if (phase.isLoggedIn() && message instanceof Message.Ping ping) {
            send(new Message.Pong(ping.token()));
        } else if (!phase.isLoggedIn() || !(message instanceof Message.Pong)) {
            party.receive(message);
        }
    }

    @Override
    public void onMalformed(CulvertException malformed) {
        fail(malformed);
    }

    @Override
    public void onFinished() {
        if (!isClosed()) {
            end(null, null);
        } else if (!dismissed) {
            link.close(cause); // the last word has been heard
        }
    }

    /** The link is about to go with it, and then knows better why; a link that stays is no session any more. */
    @Override
    public void onLost() {
        if (patience == null) {
            patience = eventLoop().schedule(this::giveUp, Limits.LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void giveUp() {
        if (isClosed()) {
            link.close(cause);
        } else {
            end(new CulvertException(WireError.CONNECTION_LOST, "the control stream was reset."), null);
        }
    }

    /**
     * Ends the session at the wish of this end.
     *
     * @param why told to the other end unless it is beyond hearing; null for a normal end
     */
    void close(@Nullable CulvertException why) {
        boolean deaf =
                why != null && (why.code() == WireError.HEARTBEAT_TIMEOUT || why.code() == WireError.CONNECTION_LOST);
        end(why, why == null || deaf ? null : Message.Failure.of(why, true));
    }

    /** The other end broke the protocol, or cannot be talked to. */
    void fail(CulvertException failure) {
        end(failure, Message.Failure.of(failure, true));
    }

    static CulvertException violation(String detail) {
        return new CulvertException(WireError.PROTOCOL_VIOLATION, detail);
    }

    /**
     * Ends the session.
     *
     * @param why null for a normal end
     * @param lastWord what the other end is told, if it can still hear; null for nothing
     */
    void end(@Nullable CulvertException why, @Nullable Message lastWord) {
        if (isClosed()) {
            return;
        }
        to(Phase.CLOSED);
        cause = why;
        if (control == null || lastWord == null) {
            link.close(why);
        } else {
            control.sendLast(lastWord);
            closeLinkLater();
        }
        party.ended(why);
    }

    /**
     * The other end has ended the session. It waits for this end's FIN, so as to know that its reason has arrived, and
     * then closes the link.
     */
    void dismissed(CulvertException why) {
        to(Phase.CLOSED);
        dismissed = true;
        cause = why;
        if (control != null) {
            control.finish();
        }
        closeLinkLater();
        party.ended(why);
    }

    private void closeLinkLater() {
        if (patience == null) {
            patience =
                    eventLoop().schedule(() -> link.close(cause), Limits.LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void linkClosed(Future<? super Void> end) {
        if (patience != null) {
            patience.cancel(false);
        }
        if (!isClosed()) {
            to(Phase.CLOSED);
            if (!end.isSuccess()) {
                cause = Codes.of(end.cause(), WireError.CONNECTION_LOST, "the connection was lost.");
            }
            party.ended(cause);
        }
        if (cause == null) {
            closed.trySuccess(null);
        } else {
            closed.tryFailure(cause);
        }
    }

    /** Ends a stream so that the other end cannot take it for a clean end. */
    static void reset(DuplexChannel stream) {
        if (stream.isOpen()) {
            stream.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        stream.close();
    }
}
