package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Requests that end: in time, however slow the host is, and in memory, however much it says. Never blocks. */
final class Http {

    private final Duration deadline;
    private @Nullable HttpClient client;

    /**
     * Makes one; nothing is connected yet.
     *
     * @param deadline for a request and the whole of its answer
     */
    Http(Duration deadline) {
        this.deadline = deadline;
    }

    /**
     * Sends a request. Redirections are not followed.
     *
     * @param mostBytes of the answer's body
     * @return fails with an {@link IOException} or a {@link TimeoutException}
     */
    CompletableFuture<Answer> send(HttpRequest request, int mostBytes) {
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client().sendAsync(request, head -> new BoundedBody(mostBytes));
        return exchange.copy()
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, failure) -> {
                    if (response != null) {
                        return new Answer(response.statusCode(), new String(response.body(), UTF_8));
                    }
                    exchange.cancel(true); // a deadline ends the connection as well
                    throw new CompletionException(
                            failure instanceof TimeoutException
                                    ? new TimeoutException("no answer within " + deadline.toSeconds() + " s")
                                    : failure);
                });
    }

    /**
     * Reads a URL of the configuration.
     *
     * @throws IllegalArgumentException unless it is https, or http to this machine
     */
    static URI url(String key, String text) {
        URI url = URI.create(text);
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        String host = String.valueOf(url.getHost());
        boolean here = host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
        if (url.getHost() == null
                || url.getRawUserInfo() != null
                || !(scheme.equals("https") || scheme.equals("http") && here)) {
            throw new IllegalArgumentException(
                    key + ": expected: an https URL without a password, or http to 127.0.0.1, [::1] or localhost");
        }
        return url;
    }

    private synchronized HttpClient client() {
        HttpClient known = client;
        if (known == null) {
            known = HttpClient.newBuilder()
                    .connectTimeout(deadline)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
            client = known;
        }
        return known;
    }

    /** What a host said. */
    record Answer(int status, String body) {

        @Override
        public String toString() {
            return "Answer[" + status + "]"; // the body may have a token
        }
    }

    /** Collects a body up to a bound. */
    private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

        private final int most;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        BoundedBody(int most) {
            this.most = most;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                if (body.isDone()) {
                    return;
                }
                if (part.remaining() > most - bytes.size()) {
                    body.completeExceptionally(new IOException("an answer of more than " + most + " bytes"));
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    return;
                }
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                bytes.writeBytes(copy);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}
