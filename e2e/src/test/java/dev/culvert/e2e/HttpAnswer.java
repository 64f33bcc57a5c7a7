package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A message of HTTP/1.1 as it was read from a connection: the whole of it, since one that ends early is an {@link
 * IOException}.
 *
 * @param start its first line
 * @param fields by their names in lower case
 * @param body what its length or its chunks say
 */
record HttpAnswer(String start, Map<String, String> fields, byte[] body) {

    static HttpAnswer read(InputStream in) throws IOException {
        String start = line(in);
        Map<String, String> fields = new HashMap<>();
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            int colon = field.indexOf(':');
            fields.put(
                    field.substring(0, colon).toLowerCase(Locale.ROOT),
                    field.substring(colon + 1).strip());
        }
        byte[] body = fields.containsKey("transfer-encoding")
                ? chunks(in)
                : exactly(in, Integer.parseInt(fields.getOrDefault("content-length", "0")));
        return new HttpAnswer(start, fields, body);
    }

    int status() {
        return Integer.parseInt(start.split(" ")[1]);
    }

    /** Whether it was the last on its connection. */
    boolean closes() {
        return "close".equalsIgnoreCase(fields.get("connection"));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = size(in); size > 0; size = size(in)) {
            body.write(exactly(in, size));
            line(in);
        }
        line(in);
        return body.toByteArray();
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(line(in).strip(), 16);
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("an end after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("an end in the line \"" + line.toString(ISO_8859_1) + "\"");
            }
            line.write(c);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }
}
