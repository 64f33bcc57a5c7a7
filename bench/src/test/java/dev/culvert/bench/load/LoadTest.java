package dev.culvert.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class LoadTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Service service;
    private Thread server;

    @BeforeEach
    void listen() throws IOException {
        service = Service.listen(0);
        server = new Thread(() -> {
            try {
                service.run();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        server.start();
    }

    @AfterEach
    void close() throws Exception {
        service.close();
        server.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "down"})
    void everyBulkByteIsCounted(String direction) {
        Map<String, Double> report = load("throughput", "--streams", "3", "--direction", direction);

        assertThat(report.get("bytes")).isGreaterThan(3.0 * BlockWriter.BLOCK);
        assertThat(report.get("bytes") % BlockWriter.BLOCK).isZero();
        assertThat(report.get("gbit_per_s") * report.get("seconds") / 8 * 1e9)
                .isPositive()
                .isLessThanOrEqualTo(report.get("bytes") * 1.01);
    }

    @Test
    void httpRequestsAreAnswered() {
        Map<String, Double> report = load("http", "--connections", "5");

        assertThat(report.get("requests")).isPositive();
        assertThat(report.get("p99_us")).isGreaterThanOrEqualTo(report.get("p50_us"));
    }

    @Test
    void connectionsLiveAndEnd() {
        Map<String, Double> report = load("connect", "--concurrency", "2");

        assertThat(report.get("connections")).isPositive();
        assertThat(report.get("failed")).isZero();
    }

    @Test
    void roundTripsAreMeasuredBesideBulkData() {
        Map<String, Double> report = load("rtt", "--beside", "2");

        assertThat(report.get("round_trips")).isPositive();
        assertThat(report.get("beside_gbit_per_s")).isPositive();
    }

    @Test
    void idleConnectionsAreHeldAndStillAliveAtTheEnd() {
        String[] args = {Integer.toString(service.port()), "--count", "5,20"};
        PrintStream print = new PrintStream(out, true, US_ASCII);

        int code = new CommandLine(new IdleCommand(print, new ByteArrayInputStream("\n\n".getBytes(US_ASCII))))
                .execute(args);

        assertThat(code).isZero();
        assertThat(out.toString(US_ASCII)).contains("open 5", "open 20", "alive 20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"throughput", "http", "connect", "rtt", "idle"})
    void aTargetThatHangsUpIsAFailureNotAFigure(String load) throws Exception {
        try (ServerSocket rude = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            Thread hangsUp = new Thread(() -> {
                try {
                    while (true) {
                        rude.accept().close();
                    }
                } catch (IOException e) {
                    // closed: the test is over
                }
            });
            hangsUp.start();

            assertThat(execute(load, rude.getLocalPort())).isNotZero();
            rude.close();
            hangsUp.join();
        }
    }

    @Test
    void severalRequestsInOnePieceAreAllAnswered() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", service.port()));
            socket.getOutputStream().write(Wire.REQUEST);
            byte[] two = (new String(Wire.REQUEST, US_ASCII) + new String(Wire.REQUEST, US_ASCII)).getBytes(US_ASCII);
            socket.getOutputStream().write(two);

            String answer = new String(socket.getInputStream().readNBytes(3 * Wire.RESPONSE.length), US_ASCII);

            assertThat(answer).isEqualTo(new String(Wire.RESPONSE, US_ASCII).repeat(3));
        }
    }

    private Map<String, Double> load(String name, String... options) {
        assertThat(execute(name, service.port(), options)).isZero();
        Map<String, Double> report = new HashMap<>();
        out.toString(US_ASCII)
                .lines()
                .map(line -> line.split(" "))
                .forEach(pair -> report.put(pair[0], Double.valueOf(pair[1])));
        return report;
    }

    private int execute(String name, int port, String... options) {
        List<String> args = new ArrayList<>(List.of(name, Integer.toString(port)));
        if (!name.equals("idle")) {
            args.addAll(List.of("--seconds", "0.2", "--warmup", "0.1"));
        }
        args.addAll(List.of(options));
        CommandLine command = Load.commandLine(new PrintStream(out, true, US_ASCII));
        command.setErr(new PrintWriter(new ByteArrayOutputStream()));
        return command.execute(args.toArray(String[]::new));
    }
}
