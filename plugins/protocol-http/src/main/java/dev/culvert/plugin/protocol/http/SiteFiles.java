package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCEPT_RANGES;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_RANGE;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.ETAG;
import static io.netty.handler.codec.http.HttpHeaderNames.LAST_MODIFIED;
import static io.netty.handler.codec.http.HttpHeaderNames.LOCATION;
import static io.netty.handler.codec.http.HttpHeaderNames.RANGE;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files below one directory, and nothing else. Its methods block. Thread-safe. */
final class SiteFiles {

    private static final Logger log = LoggerFactory.getLogger(SiteFiles.class);
    private static final String INDEX = "index.html";

    private final Path root;

    SiteFiles(Path root) {
        this.root = root;
    }

    /** Answers GET or HEAD. */
    SiteAnswer answer(HttpRequest request) {
        SitePath path = SitePath.parse(request.uri());
        if (path == null) {
            return SiteAnswer.of(HttpResponseStatus.BAD_REQUEST);
        }
        try {
            Path file = path.isWithheld() ? null : find(path.names());
            boolean directory = file != null && Files.isDirectory(file, NOFOLLOW_LINKS);
            if (directory) {
                file = find(withIndex(path.names()));
            }
            if (file == null || path.directory() && !directory) {
                return SiteAnswer.of(HttpResponseStatus.NOT_FOUND);
            }
            return directory && !path.directory()
                    ? moved(path)
                    : open(file, ContentTypes.of(path.name(INDEX)), request);
        } catch (IOException e) {
            log.debug("{}: {}", root, e.toString());
            return SiteAnswer.of(HttpResponseStatus.SERVICE_UNAVAILABLE);
        }
    }

    // The real path of what may be seen; links that lead out of the directory, or to what is hidden in it, lead
    // nowhere.
    private @Nullable Path find(List<String> names) throws IOException {
        try {
            Path top = root.toRealPath(); // each time: a link that a newer site takes over is followed
            Path named = top;
            for (String name : names) {
                named = named.resolve(name);
            }
            Path real = named.toRealPath();
            if (!real.startsWith(top)) {
                return null;
            }
            for (Path name : top.relativize(real)) {
                if (SitePath.isHidden(name.toString())) {
                    return null;
                }
            }
            return real;
        } catch (FileSystemException | InvalidPathException e) {
            return null; // not there, a name that no file can have, or none of this user's business
        }
    }

    private static SiteAnswer open(Path real, String type, HttpRequest request) throws IOException {
        BasicFileAttributes attributes;
        FileChannel file;
        try {
            attributes = Files.readAttributes(real, BasicFileAttributes.class, NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                return SiteAnswer.of(HttpResponseStatus.NOT_FOUND); // opening a pipe would wait for its other end
            }
            file = FileChannel.open(real, Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
        } catch (NoSuchFileException | AccessDeniedException e) {
            return SiteAnswer.of(HttpResponseStatus.NOT_FOUND);
        }
        boolean sent = false;
        try {
            long size = file.size();
            FileVersion version = FileVersion.of(attributes.lastModifiedTime(), size);
            SiteAnswer answer = of(file, size, type, version, request);
            sent = answer.file() != null;
            return answer;
        } finally {
            if (!sent) {
                file.close();
            }
        }
    }

    private static SiteAnswer of(FileChannel file, long size, String type, FileVersion version, HttpRequest request) {
        HttpHeaders asked = request.headers();
        HttpResponseStatus instead = version.instead(asked);
        if (instead != null) {
            return instead.equals(HttpResponseStatus.NOT_MODIFIED)
                    ? SiteAnswer.of(head(instead, version))
                    : SiteAnswer.of(instead);
        }
        boolean whole = !request.method().equals(HttpMethod.GET) || !version.isRanged(asked);
        ByteRange range = whole ? null : ByteRange.parse(asked.getAll(RANGE), size);
        if (ByteRange.NOWHERE.equals(range)) {
            SiteAnswer answer = SiteAnswer.of(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE);
            answer.head().headers().set(CONTENT_RANGE, ByteRange.NOWHERE.of(size));
            return answer;
        }
        ByteRange part = range == null ? new ByteRange(0, size) : range;
        HttpResponse head = head(range == null ? HttpResponseStatus.OK : HttpResponseStatus.PARTIAL_CONTENT, version);
        head.headers()
                .set(CONTENT_TYPE, type)
                .set(CONTENT_LENGTH, part.length())
                .set(ACCEPT_RANGES, HttpHeaderValues.BYTES)
                .set("x-content-type-options", "nosniff");
        if (range != null) {
            head.headers().set(CONTENT_RANGE, range.of(size));
        }
        return request.method().equals(HttpMethod.HEAD) || part.length() == 0
                ? SiteAnswer.of(head)
                : SiteAnswer.of(head, file, part);
    }

    private static HttpResponse head(HttpResponseStatus status, FileVersion version) {
        HttpResponse head = SiteAnswer.head(status);
        head.headers().set(ETAG, version.etag()).set(LAST_MODIFIED, version.lastModified());
        return head;
    }

    private static SiteAnswer moved(SitePath path) {
        SiteAnswer answer = SiteAnswer.of(HttpResponseStatus.PERMANENT_REDIRECT);
        answer.head().headers().set(LOCATION, path.withSlash());
        return answer;
    }

    private static List<String> withIndex(List<String> names) {
        List<String> index = new ArrayList<>(names);
        index.add(INDEX);
        return index;
    }
}
