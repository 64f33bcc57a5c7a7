package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A token that a program prints. No shell is between; what it prints beside, or instead, is shown nowhere. */
final class TokenCommand implements TokenSource {

    private final List<String> command;
    private final Duration deadline;
    private final InstantSource clock;
    private final Executor blocking;

    /**
     * Makes one.
     *
     * @param command the program and its arguments
     * @param deadline after which it is ended
     */
    TokenCommand(List<String> command, Duration deadline, InstantSource clock, Executor blocking) {
        this.command = List.copyOf(command);
        this.deadline = deadline;
        this.clock = clock;
        this.blocking = blocking;
    }

    @Override
    public CompletionStage<HeldToken> token() {
        return CompletableFuture.supplyAsync(this::run, blocking);
    }

    private HeldToken run() {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw missing("cannot be started", e);
        }
        // Ends a program that neither prints nor exits, which the read below would wait for.
        CompletableFuture<Void> late =
                new CompletableFuture<Void>().completeOnTimeout(null, deadline.toMillis(), TimeUnit.MILLISECONDS);
        late.thenRun(() -> kill(process));
        try {
            process.getOutputStream().close();
            byte[] printed = printedBy(process);
            int status = process.waitFor();
            if (late.isDone()) {
                throw missing("did not end within " + deadline.toSeconds() + " s", null);
            }
            if (status != 0) {
                throw missing("ended with status " + status, null);
            }
            return HeldToken.of(new String(printed, US_ASCII), clock.instant());
        } catch (IOException e) {
            throw missing(
                    late.isDone() ? "did not end within " + deadline.toSeconds() + " s" : "cannot be read from", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw missing("was interrupted", e);
        } finally {
            late.cancel(false);
            kill(process);
        }
    }

    // What more it has to say nobody reads: its output is closed here.
    private static byte[] printedBy(Process process) throws IOException {
        try (InputStream out = process.getInputStream()) {
            return out.readNBytes(BearerMessage.MOST_TOKEN_BYTES + 2);
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private CulvertException missing(String how, @Nullable Throwable cause) {
        return new CulvertException(
                AuthError.KEY_SOURCE_UNREACHABLE,
                "the command " + command.get(0) + ", which has to print a token, " + how + ".",
                cause);
    }

    @Override
    public @Nullable Duration untilNewer(HeldToken held, Instant now) {
        return TokenSource.byExpiry(held, now);
    }
}
