package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sends {@code framing.txt} through a listener to a service that counts: visitor and service agree on every request. */
final class FramingCorpusTest extends HttpTest {

    private final List<String> complaints = new ArrayList<>();

    @Test
    void visitorAndServiceAgreeOnEveryRequest() throws Exception {
        run(false);
    }

    @Test
    void andAlsoWhenItComesByteByByte() throws Exception {
        run(true);
    }

    private void run(boolean byteByByte) throws Exception {
        List<Vectors.Vector> vectors = Vectors.of("framing.txt");
        assertThat(vectors).hasSizeGreaterThanOrEqualTo(150);
        StrictOrigin origin = kit.closing(new StrictOrigin());
        int port = open(Settings.tunnel(origin.address(), HOST));
        int number = 0;
        for (Vectors.Vector vector : vectors) {
            String path = "/v" + ++number;
            byte[] bytes = vector.bytes(HOST, path);
            if (!byteByByte || bytes.length < 1000) {
                judge(vector, path, origin, visit(port, bytes, path, byteByByte));
            }
        }
        origin.faults().forEach(fault -> complaints.add("the service was sent what is not canonical: " + fault));
        number = 0;
        for (Vectors.Vector vector : vectors) { // what came late, over a connection that another had used
            number++;
            if (!vector.expectation().equals("early")
                    && origin.begun("/v" + number).stream().anyMatch(target -> target.contains("smuggled"))) {
                complaints.add(vector.name() + ": smuggled");
            }
        }
        assertThat(complaints).isEmpty();
    }

    private Answers visit(int port, byte[] bytes, String path, boolean byteByByte) throws IOException {
        byte[] after = ("GET " + path + "/after HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n")
                .getBytes(ISO_8859_1);
        try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port)) {
            visitor.setTcpNoDelay(true);
            try {
                OutputStream out = visitor.getOutputStream();
                for (int i = 0; byteByByte && i < bytes.length; i++) {
                    out.write(bytes[i]);
                }
                if (!byteByByte) {
                    out.write(bytes);
                }
                out.write(after);
            } catch (IOException e) {
                // refused in the middle; what was said about it may still be read
            }
            return Answers.read(visitor);
        }
    }

    private void judge(Vectors.Vector vector, String path, StrictOrigin origin, Answers answers) {
        List<String> whole = origin.whole(path);
        List<String> begun = origin.begun(path);
        String seen = " (the service had " + begun + ", whole " + whole + "; the visitor " + answers + ")";
        if (answers.how() == Answers.End.NONE) {
            complaints.add(vector.name() + ": no end" + seen);
        }
        // A visitor that is reset may not have read the last of its answers.
        if (answers.how() == Answers.End.CLEAN && !whole.equals(below(path, answers))) {
            complaints.add(vector.name() + ": answers are not those of the requests" + seen);
        }
        List<String> targets =
                vector.targets().stream().map(target -> path + target).toList();
        boolean good = switch (vector.expectation()) {
            case "refuse" -> begun.isEmpty() && refused(answers);
            case "broken" -> whole.isEmpty() && begun.size() <= 1 && firstIsAnErrorOrNothing(answers);
            case "nobody" -> answers.firstStatus() == 404 && !begun.contains(path + "/a");
            case "pass" -> {
                List<String> all = new ArrayList<>(targets);
                all.add(path + "/after");
                yield whole.equals(all);
            }
            case "first" -> whole.equals(targets) && begun.equals(targets);
            case "early", "safe" -> true;
            default -> throw new AssertionError(vector.expectation());
        };
        if (!good) {
            complaints.add(vector.name() + ": expected " + vector.words() + seen);
        }
    }

    // Some targets are none of the vector's own.
    private static List<String> below(String path, Answers answers) {
        return answers.targets().stream()
                .filter(target -> target.contains(path + "/"))
                .toList();
    }

    private static boolean refused(Answers answers) {
        boolean unread = answers.list().isEmpty() && answers.how() == Answers.End.RESET;
        return unread || answers.list().size() == 1 && answers.firstStatus() >= 400;
    }

    private static boolean firstIsAnErrorOrNothing(Answers answers) {
        return answers.list().isEmpty() || answers.firstStatus() == 0 || answers.firstStatus() >= 400;
    }
}
