package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** An HTTP service whose bodies both ends know beforehand: {@code /SEED/SIZE/HOW} is answered by these random bytes. */
final class RandomBodies {

    private static final int PIECES = 16;

    private RandomBodies() {}

    /** How an answer is sent. */
    enum How {
        /** With its length. */
        LENGTH,
        /** In chunks. */
        CHUNKED,
        /** With its length, over about a third of a second. */
        SLOWLY,
        /** In chunks, over about a third of a second. */
        SLOWLY_CHUNKED,
        /** The body of the request. */
        ECHO
    }

    /** What somebody asks for, and is to get. */
    record Question(long seed, int size, How how) {

        static Question any(Random random) {
            How how = How.values()[random.nextInt(How.values().length)];
            return new Question(random.nextInt(1_000_000), 1 + random.nextInt(60_000), how);
        }

        byte[] body() {
            return Visitor.random(seed, size);
        }

        void ask(OutputStream out, String host) throws IOException {
            byte[] sent = how == How.ECHO ? body() : new byte[0];
            String head = (how == How.ECHO ? "POST" : "GET") + " /" + seed + "/" + size + "/" + how
                    + " HTTP/1.1\r\nHost: " + host + "\r\n"
                    + (how == How.ECHO ? "Content-Length: " + size + "\r\n" : "") + "\r\n";
            byte[] all = new byte[head.length() + sent.length];
            System.arraycopy(head.getBytes(ISO_8859_1), 0, all, 0, head.length());
            System.arraycopy(sent, 0, all, head.length(), sent.length);
            out.write(all);
        }

        static Question of(HttpAnswer request) {
            String[] path = request.start().split(" ")[1].split("/");
            return new Question(Long.parseLong(path[1]), Integer.parseInt(path[2]), How.valueOf(path[3]));
        }
    }

    static Service start() {
        return Service.start((connection, in, out) -> {
            connection.setTcpNoDelay(true);
            InputStream buffered = new BufferedInputStream(in);
            try {
                while (true) {
                    HttpAnswer request = HttpAnswer.read(buffered);
                    answer(Question.of(request), request.body(), out);
                }
            } catch (EOFException e) {
                // No more requests.
            }
        });
    }

    private static void answer(Question question, byte[] sent, OutputStream out) throws IOException {
        boolean chunked = question.how == How.CHUNKED || question.how == How.SLOWLY_CHUNKED;
        boolean slowly = question.how == How.SLOWLY || question.how == How.SLOWLY_CHUNKED;
        byte[] body = question.how == How.ECHO ? sent : question.body();
        out.write(("HTTP/1.1 200 OK\r\n" + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length)
                        + "\r\n\r\n")
                .getBytes(ISO_8859_1));
        int piece = Math.max(1, body.length / PIECES);
        for (int from = 0; from < body.length; from += piece) {
            int length = Math.min(piece, body.length - from);
            if (chunked) {
                out.write((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
            }
            out.write(body, from, length);
            if (chunked) {
                out.write("\r\n".getBytes(ISO_8859_1));
            }
            if (slowly) {
                pause();
            }
        }
        if (chunked) {
            out.write("0\r\n\r\n".getBytes(ISO_8859_1));
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
