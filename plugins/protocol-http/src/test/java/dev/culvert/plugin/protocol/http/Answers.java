package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a visitor was answered on one connection.
 *
 * @param list the answers, in order; one that was cut off is the last
 * @param how whether the connection ended, was reset, or did neither
 */
record Answers(List<Answer> list, End how) {

    private static final int QUIET_MILLIS = 2_000;
    private static final int PATIENCE_MILLIS = 15_000;

    /** How a connection ended. */
    enum End {
        CLEAN,
        RESET,
        NONE
    }

    /** One answer; its target is what the service says it was asked for, or null if that was not the service. */
    record Answer(int status, @Nullable String target, String body, boolean whole) {}

    /** Reads to the end. A visitor that has had nothing for a while ends its own half. */
    static Answers read(Socket visitor) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        End how = End.NONE;
        visitor.setSoTimeout(QUIET_MILLIS);
        boolean asked = false;
        byte[] part = new byte[8192];
        while (how == End.NONE) {
            try {
                int count = visitor.getInputStream().read(part);
                if (count < 0) {
                    how = End.CLEAN;
                } else {
                    bytes.write(part, 0, count);
                }
            } catch (SocketTimeoutException e) {
                if (asked) {
                    break;
                }
                asked = true;
                visitor.shutdownOutput();
                visitor.setSoTimeout(PATIENCE_MILLIS);
            } catch (IOException e) {
                how = End.RESET;
            }
        }
        return new Answers(parse(bytes.toByteArray(), how), how);
    }

    private static List<Answer> parse(byte[] bytes, End how) {
        List<Answer> answers = new ArrayList<>();
        InputStream in = new ByteArrayInputStream(bytes);
        boolean whole = true;
        while (whole && bytes.length > 0 && remains(in)) {
            try {
                Message head = Message.read(in);
                if (head.status() / 100 != 1) {
                    whole = add(answers, head, in, how);
                }
            } catch (IOException | RuntimeException e) {
                answers.add(new Answer(0, null, "", false));
                whole = false;
            }
        }
        return answers;
    }

    private static boolean add(List<Answer> answers, Message head, InputStream in, End how) throws IOException {
        boolean none = "HEAD".equals(head.field("x-method")) || head.status() == 204 || head.status() == 304;
        boolean framed = head.field("content-length") != null || head.field("transfer-encoding") != null;
        String body = "";
        boolean whole = true;
        if (!none && !framed) {
            body = new String(in.readAllBytes(), ISO_8859_1);
            whole = how == End.CLEAN;
        } else if (!none) {
            in.mark(Integer.MAX_VALUE);
            try {
                body = new String(head.body(in), ISO_8859_1);
            } catch (IOException | RuntimeException e) {
                in.reset();
                body = new String(in.readAllBytes(), ISO_8859_1);
                whole = false;
            }
        }
        answers.add(new Answer(head.status(), head.field("x-target"), body, whole));
        return whole;
    }

    private static boolean remains(InputStream in) {
        try {
            return in.available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    List<String> targets() {
        return list.stream()
                .map(Answer::target)
                .filter(target -> target != null)
                .toList();
    }

    int firstStatus() {
        return list.isEmpty() ? 0 : list.get(0).status();
    }
}
