package dev.culvert.plugin.protocol.http;

import static java.util.Map.entry;

import java.util.Locale;
import java.util.Map;

/** What files are, by the ends of their names. */
final class ContentTypes {

    private static final Map<String, String> TYPES = Map.ofEntries(
            entry("html", "text/html; charset=utf-8"),
            entry("htm", "text/html; charset=utf-8"),
            entry("css", "text/css; charset=utf-8"),
            entry("js", "text/javascript; charset=utf-8"),
            entry("mjs", "text/javascript; charset=utf-8"),
            entry("txt", "text/plain; charset=utf-8"),
            entry("md", "text/markdown; charset=utf-8"),
            entry("csv", "text/csv; charset=utf-8"),
            entry("json", "application/json"),
            entry("map", "application/json"),
            entry("webmanifest", "application/manifest+json"),
            entry("xml", "application/xml"),
            entry("atom", "application/atom+xml"),
            entry("rss", "application/rss+xml"),
            entry("pdf", "application/pdf"),
            entry("wasm", "application/wasm"),
            entry("zip", "application/zip"),
            entry("gz", "application/gzip"),
            entry("png", "image/png"),
            entry("jpg", "image/jpeg"),
            entry("jpeg", "image/jpeg"),
            entry("gif", "image/gif"),
            entry("webp", "image/webp"),
            entry("avif", "image/avif"),
            entry("svg", "image/svg+xml"),
            entry("ico", "image/x-icon"),
            entry("woff", "font/woff"),
            entry("woff2", "font/woff2"),
            entry("ttf", "font/ttf"),
            entry("otf", "font/otf"),
            entry("mp3", "audio/mpeg"),
            entry("ogg", "audio/ogg"),
            entry("wav", "audio/wav"),
            entry("mp4", "video/mp4"),
            entry("webm", "video/webm"));

    private ContentTypes() {}

    static String of(String file) {
        String end = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(end, "application/octet-stream");
    }
}
