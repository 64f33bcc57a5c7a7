package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;

/** The head of a message as it is on the wire, and the reading of what follows it. */
record Message(String start, List<String> fields) {

    static Message read(InputStream in) throws IOException {
        String start = line(in);
        List<String> fields = new java.util.ArrayList<>();
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            fields.add(field);
        }
        return new Message(start, fields);
    }

    int status() {
        return Integer.parseInt(start.split(" ")[1]);
    }

    /** The values of a field, in order. */
    List<String> all(String name) {
        String prefix = name.toLowerCase(Locale.ROOT) + ":";
        return fields.stream()
                .filter(field -> field.toLowerCase(Locale.ROOT).startsWith(prefix))
                .map(field -> field.substring(prefix.length()).strip())
                .toList();
    }

    /** The only value of a field; null if there is none. */
    String field(String name) {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw new AssertionError(name + ": " + values);
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** The content of a request, or of an answer that is delimited. */
    byte[] body(InputStream in) throws IOException {
        if (field("transfer-encoding") != null) {
            return chunked(in);
        }
        String length = field("content-length");
        byte[] body = in.readNBytes(length == null ? 0 : Integer.parseInt(length));
        if (length != null && body.length < Integer.parseInt(length)) {
            throw new EOFException("a clean end after " + body.length + " of " + length + " bytes");
        }
        return body;
    }

    private static byte[] chunked(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in).split(";")[0].strip(), 16);
            if (size == 0) {
                for (String trailer = line(in); !trailer.isEmpty(); trailer = line(in)) {
                    body.write(("[" + trailer + "]").getBytes(ISO_8859_1));
                }
                return body.toByteArray();
            }
            byte[] chunk = in.readNBytes(size);
            if (chunk.length < size || !line(in).isEmpty()) {
                throw new EOFException("a clean end inside a chunk");
            }
            body.write(chunk);
        }
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the end after \"" + line + "\"");
            }
            line.append((char) c);
        }
        if (line.length() == 0 || line.charAt(line.length() - 1) != '\r') {
            throw new IOException("a line without CR: \"" + line + "\"");
        }
        return line.substring(0, line.length() - 1);
    }
}
