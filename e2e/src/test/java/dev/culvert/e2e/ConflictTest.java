package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when two clients of one account want the same port. */
@Tag("slow")
class ConflictTest {

    @TempDir
    private static Path directory;

    private static Pair pair;

    @BeforeAll
    static void start() {
        pair = Pair.start(directory);
    }

    @AfterAll
    static void stop() {
        pair.close();
    }

    @Test
    void rejectKeepsTheFirstAndTellsTheSecondWhatItCouldDo() throws Exception {
        try (Service first = Service.saying("first");
                Service second = Service.saying("second");
                Culvert holder = client(Pair.tunnel("t", first.port(), 0))) {
            int port = Pair.endpoint(holder, "t");
            try (Culvert late = client(Pair.tunnel("t", second.port(), port))) {

                assertThat(late.exitCode()).isEqualTo(6);
                assertThat(late.err())
                        .containsPattern(
                                "(?m)^CLV-3003: tunnel \"t\" refused: tcp://\\S*:" + port
                                        + " is held by principal \"default\"; set on_conflict = \"replace\" to take it over\\.");
                assertThat(Visitor.read(port)).isEqualTo("first");
            }
        }
    }

    @Test
    void replaceGivesTheNewestAllNewVisitorsAndLeavesTheOldOnesTheirs() throws Exception {
        try (Service first = Service.echo();
                Service second = Service.saying("second");
                Culvert holder = client(Pair.tunnel("t", first.port(), 0))) {
            int port = Pair.endpoint(holder, "t");
            try (Socket early = Visitor.connect(port)) {
                assertThat(Visitor.echo(early, "before")).isEqualTo("before");
                try (Culvert newest = client(Pair.tunnel("t", second.port(), port, "on_conflict = \"replace\""))) {
                    assertThat(Pair.endpoint(newest, "t")).isEqualTo(port);

                    holder.await("tunnel closed tunnel=t CLV-3008");
                    assertThat(Visitor.read(port)).isEqualTo("second");
                    assertThat(Visitor.echo(early, "after")).isEqualTo("after");
                    assertThat(holder.isAlive()).isTrue();
                }
            }
        }
    }

    @Test
    void balanceGivesEachItsShare() throws Exception {
        try (Service first = Service.saying("first");
                Service second = Service.saying("second");
                Culvert one = client(Pair.tunnel("t", first.port(), 0, "on_conflict = \"balance\""))) {
            int port = Pair.endpoint(one, "t");
            try (Culvert two = client(Pair.tunnel("t", second.port(), port, "on_conflict = \"balance\""))) {
                assertThat(Pair.endpoint(two, "t")).isEqualTo(port);

                Set<String> served = new HashSet<>();
                for (int i = 0; i < 20; i++) {
                    served.add(Visitor.read(port));
                }

                assertThat(served).containsExactlyInAnyOrder("first", "second");
            }
        }
    }

    private static Culvert client(String section) {
        return pair.startClient("127.0.0.1:" + pair.controlPort(), section);
    }
}
