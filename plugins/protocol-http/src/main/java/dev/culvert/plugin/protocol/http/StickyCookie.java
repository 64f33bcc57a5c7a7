package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.COOKIE;
import static io.netty.handler.codec.http.HttpHeaderNames.SET_COOKIE;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cookie that brings a browser back to the client that answered it before, one of several behind a tunnel. */
final class StickyCookie {

    private static final String BEGINNING = "culvert_client=";

    private StickyCookie() {}

    /** Takes it out of a request: the service has not set it. Null if there is none; of several the first counts. */
    static @Nullable String taken(HttpHeaders headers) {
        String taken = null;
        List<String> fields = headers.getAll(COOKIE);
        if (fields.stream().noneMatch(field -> field.contains(BEGINNING))) {
            return null;
        }
        List<String> left = new ArrayList<>();
        for (String field : fields) {
            List<String> kept = new ArrayList<>();
            for (String pair : field.split(";")) {
                String cookie = pair.strip();
                if (!cookie.startsWith(BEGINNING)) {
                    kept.add(cookie);
                } else if (taken == null) {
                    taken = cookie.substring(BEGINNING.length());
                }
            }
            if (!kept.isEmpty()) {
                left.add(String.join("; ", kept));
            }
        }
        if (taken == null) {
            return null;
        }
        headers.remove(COOKIE);
        if (!left.isEmpty()) {
            headers.add(COOKIE, left);
        }
        return taken;
    }

    /** Adds it to an answer, for as long as the browser runs. */
    static void give(HttpHeaders headers, String token, String path) {
        String below = path.isEmpty() ? "/" : path;
        headers.add(SET_COOKIE, BEGINNING + token + "; Path=" + below + "; HttpOnly; SameSite=Lax");
    }
}
