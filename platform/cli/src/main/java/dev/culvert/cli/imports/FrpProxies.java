package dev.culvert.cli.imports;

import static java.util.Map.entry;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The {@code [[proxies]]} of a client of frp, and of the files that it includes. */
final class FrpProxies {

    private static final int MOST_FILES = 1000;

    private static final Map<String, String> REASONS = Map.ofEntries(
            entry("transport.bandwidthLimit", "Culvert has no limit of bandwidth yet"),
            entry("transport.bandwidthLimitMode", "Culvert has no limit of bandwidth yet"),
            entry("transport.useEncryption", "the transport encrypts the whole connection"),
            entry("transport.useCompression", "Culvert does not compress"),
            entry("transport.proxyProtocolVersion", "Culvert does not send PROXY headers yet"),
            entry("loadBalancer.groupKey", "the account is the group"),
            entry("healthCheck", "Culvert has no health checks yet; see when_absent"),
            entry("metadatas", "Culvert has nobody to tell them to"),
            entry("annotations", "Culvert has nobody to tell them to"));

    private final List<String> start;
    private final Draft draft;
    private int written;

    /**
     * Begins.
     *
     * @param start the names of those that are on; empty for all
     * @param draft where they are written to
     */
    FrpProxies(List<String> start, Draft draft) {
        this.start = start;
        this.draft = draft;
    }

    void write(Keys keys) {
        keys.tables("proxies").forEach(this::proxy);
        keys.tables("visitors").forEach(visitor -> visitor.dropAll("Culvert's visitors need no client"));
    }

    /** Takes the proxies of other files in. */
    void include(Keys keys, Path file, List<String> patterns) {
        Path folder = file.toAbsolutePath().getParent();
        List<String> dropped = new ArrayList<>();
        for (String pattern : patterns) {
            List<Path> found = folder == null ? List.of() : matching(folder.resolve(pattern));
            if (found.isEmpty()) {
                keys.tell("includes", "no file is like " + pattern);
            }
            for (Path one : found) {
                Keys included = new Keys(one.getFileName() + ": ", ForeignFile.tree(one), dropped);
                write(included);
                included.dropRest(Map.of());
            }
        }
        dropped.forEach(one -> keys.tell("includes", one));
    }

    void requireAny(Path file) {
        if (written == 0) {
            throw new CulvertException(
                    ConfigError.NOTHING_TO_IMPORT,
                    file + ": none of its proxies is one that Culvert has a tunnel for (expected: a proxy of type tcp"
                            + " without a plugin).");
        }
    }

    private void proxy(Keys proxy) {
        String type = proxy.text("type", "tcp");
        if (!type.equals("tcp")) {
            proxy.dropAll("Culvert has no tunnels of the type " + type + " yet");
            return;
        }
        if (proxy.has("plugin")) {
            proxy.dropAll("a plugin of frp serves it, which Culvert does not have");
            return;
        }
        written++;
        String name = proxy.text("name", "tunnel" + written);
        draft.section("[[tunnel]]")
                .text("type", "tcp")
                .text("name", name)
                .text("local", Addresses.of(proxy.text("localIP", "127.0.0.1"), proxy.text("localPort", "80")))
                .number("port", proxy.text("remotePort", "0"));
        if (proxy.text("loadBalancer.group") != null) {
            draft.comment("Clients of one account that all say so share the port.")
                    .text("on_conflict", "balance");
        }
        if (!proxy.flag("enabled", true) || !start.isEmpty() && !start.contains(name)) {
            draft.raw("enabled", "false");
        }
        proxy.dropRest(REASONS);
    }

    private static List<Path> matching(Path pattern) {
        Path folder = pattern.getParent();
        Path last = pattern.getFileName();
        if (folder == null || last == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + last);
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Path name = file.getFileName();
                if (name != null && matcher.matches(name) && found.size() < MOST_FILES) {
                    found.add(file);
                }
            }
        } catch (IOException e) {
            throw new CulvertException(ConfigError.FILE_UNREADABLE, folder + " cannot be listed (" + e + ").", e);
        }
        found.sort(null);
        return found;
    }
}
