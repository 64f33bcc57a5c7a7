package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Verdict;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One client's login and its renewals, the server's half of RFC 7628. */
final class BearerExchange implements Authenticator.Exchange {

    private final TokenReader reader;
    private final TokenJudge judge;
    private final Admissions admissions;
    private boolean spoken;

    // Set on the thread that judges, read by whoever calls next: the stages in between order the two.
    private @Nullable Principal principal;
    private Admissions.@Nullable Admission admission;

    BearerExchange(TokenReader reader, TokenJudge judge, Admissions admissions) {
        this.reader = reader;
        this.judge = judge;
        this.admissions = admissions;
    }

    @Override
    public CompletionStage<Verdict> next(byte[] message) {
        if (spoken) {
            return CompletableFuture.failedStage(new CulvertException(
                    AuthError.MALFORMED_EXCHANGE,
                    "the client's OAUTHBEARER message was refused: a message after the last one."));
        }
        spoken = true;
        try {
            ReadToken token = reader.read(BearerMessage.parse(message).token());
            Optional<CulvertException> foreign = judge.foreign(token);
            return foreign.isPresent()
                    ? CompletableFuture.completedStage(new Verdict.NotMine(foreign.get()))
                    : judge(token).thenApply(this::accept);
        } catch (CulvertException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private Verdict accept(TokenJudge.Grant grant) {
        Admissions.Admission admitted = admissions.admit(grant.end());
        principal = grant.principal();
        admission = admitted;
        return new Verdict.Accepted(grant.principal(), new byte[0], admitted);
    }

    @Override
    public CompletionStage<Void> renew(byte[] message) {
        try {
            ReadToken token = reader.read(BearerMessage.parse(message).token());
            Optional<CulvertException> foreign = judge.foreign(token);
            return foreign.isPresent()
                    ? CompletableFuture.failedStage(foreign.get())
                    : judge(token).thenAccept(this::extend);
        } catch (CulvertException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void extend(TokenJudge.Grant grant) {
        Admissions.Admission held = admission;
        if (held == null || held.isDone()) {
            throw new CulvertException(AuthError.CREDENTIAL_EXPIRED, "the session has ended.");
        }
        // What a session may do was decided when it began; others rights are another session's.
        if (!grant.principal().equals(principal)) {
            throw new CulvertException(
                    AuthError.CREDENTIAL_REJECTED,
                    "the newer token is another principal's, or gives other rights than the session has.");
        }
        held.extend(grant.end());
    }

    private CompletionStage<TokenJudge.Grant> judge(ReadToken token) {
        reader.requireAlgorithm(token);
        try {
            return judge.judge(token).handle((grant, failure) -> {
                if (grant == null) {
                    throw new CompletionException(known(failure));
                }
                return grant;
            });
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(busy(e));
        }
    }

    private static CulvertException known(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof CulvertException told) {
            return told;
        }
        return cause instanceof RejectedExecutionException
                ? busy(cause)
                : new CulvertException(
                        AuthError.KEY_SOURCE_UNREACHABLE, "the server could not judge the token.", cause);
    }

    private static CulvertException busy(Throwable cause) {
        return new CulvertException(AuthError.LOGIN_TIMEOUT, "the server is too busy to judge the token.", cause);
    }
}
