package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.auth.Authenticator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Lets a session's client show a newer credential to the authenticator that let it in. Lives on the link's loop. */
final class ServerRenewal {

    private final Authenticator.Exchange exchange;
    private final Conversation conversation;
    private boolean deciding;

    ServerRenewal(Authenticator.Exchange exchange, Conversation conversation) {
        this.exchange = exchange;
        this.conversation = conversation;
    }

    void take(Message.Renew renew) {
        if (deciding) {
            throw Conversation.violation("a second renew came before the first was answered.");
        }
        deciding = true;
        ask(renew.data()).whenComplete((done, failure) -> conversation.execute(() -> decided(failure)));
    }

    private CompletionStage<Void> ask(byte[] data) {
        try {
            return exchange.renew(data);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void decided(@Nullable Throwable failure) {
        deciding = false;
        conversation.send(
                failure == null
                        ? new Message.Renewed()
                        : Message.RenewRefused.of(Codes.of(
                                failure,
                                AuthError.KEY_SOURCE_UNREACHABLE,
                                "the server could not decide; its log says why.")));
    }
}
