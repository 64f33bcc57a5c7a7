package dev.culvert.cli;

import dev.culvert.spi.ServiceAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** Addresses as people type them. */
final class ClientFlags {

    private static final int CONTROL_PORT = 4444;
    private static final String FILE = "file:";
    private static final Set<String> PROXIES = Set.of("socks5", "http-proxy");
    private static final Pattern PATH = Pattern.compile("^(/|\\.{1,2}(/|$))");
    private static final Pattern DIGITS = Pattern.compile("\\d+");

    private ClientFlags() {}

    /** {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}; the port may be given apart. */
    static String server(String text, @Nullable Integer port) {
        boolean hasPort = text.lastIndexOf(':') > text.lastIndexOf(']') && text.indexOf(':') == text.lastIndexOf(':')
                || text.contains("]:");
        return hasPort && port == null ? text : host(text, hasPort) + ":" + (port == null ? CONTROL_PORT : port);
    }

    /** A port of this machine, {@code host:port}, {@code unix:/path}, or a proxy that the client is itself. */
    static String local(String text) {
        if (text.startsWith(FILE)) {
            throw new TypeConversionException(
                    "\"" + text + "\" (expected: a port, host:port or unix:/path; a directory is"
                            + " made public by culvert http, or by a [[tunnel]] of type \"http\")");
        }
        if (PROXIES.contains(text)) {
            return text;
        }
        try {
            return DIGITS.matcher(text).matches()
                    ? ":" + text
                    : ServiceAddress.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** The same, or a URL, or a directory, whose path becomes absolute. */
    static String localOrUrl(String text) {
        if (text.startsWith(FILE) && !text.startsWith(FILE + "//")) {
            return FILE + absolute(text.substring(FILE.length()));
        }
        if (text.contains("://")) {
            return text;
        }
        return isDirectory(text) ? FILE + absolute(text) : local(text);
    }

    private static boolean isDirectory(String text) {
        return PATH.matcher(text).find()
                || !DIGITS.matcher(text).matches() && text.indexOf(':') < 0 && Files.isDirectory(Path.of(text));
    }

    private static Path absolute(String text) {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new TypeConversionException("\"" + text + "\" (expected: a directory)");
        }
    }

    private static String host(String text, boolean hasPort) {
        return hasPort ? text.substring(0, text.lastIndexOf(':')) : text;
    }
}
