package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.auth.Credential;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the newer credentials of a session, one at a time. Lives on the link's loop. */
final class ClientRenewal {

    private static final Logger log = LoggerFactory.getLogger(ClientRenewal.class);

    private final Credential.Proof proof;
    private final Conversation conversation;
    private @Nullable CompletionStage<byte[]> awaited;
    private boolean ended;

    ClientRenewal(Credential.Proof proof, Conversation conversation) {
        this.proof = proof;
        this.conversation = conversation;
    }

    /** Waits for the next one. */
    void await() {
        CompletionStage<byte[]> next = proof.renewal();
        awaited = next;
        next.whenComplete((data, failure) -> conversation.execute(() -> offer(data, failure)));
    }

    private void offer(byte @Nullable [] data, @Nullable Throwable failure) {
        if (ended) {
            return;
        }
        if (data != null) {
            conversation.send(new Message.Renew(data));
        } else {
            log.warn("no newer credential is to be had, the session ends with the one it has: {}", said(failure));
        }
    }

    private static String said(@Nullable Throwable failure) {
        return failure == null ? "none was given" : String.valueOf(failure.getMessage());
    }

    void renewed() {
        log.debug("the server has taken a newer credential");
        await();
    }

    void refused(Message.RenewRefused refused) {
        log.warn(
                "the server did not take a newer credential, the session ends with the one it has: {}",
                refused.cause().getMessage());
        await();
    }

    void end() {
        ended = true;
        if (awaited != null) {
            awaited.toCompletableFuture().cancel(false);
        }
    }
}
