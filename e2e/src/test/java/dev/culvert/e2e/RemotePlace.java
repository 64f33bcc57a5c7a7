package dev.culvert.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network namespace with one wire to this one, as another machine would have. Packets get lost without a trace when
 * their sender is told a hardware address that is nobody's; that needs nothing but {@code ip}.
 */
final class RemotePlace implements AutoCloseable {

    private static final String NOBODY = "02:00:00:00:00:99";

    private final String name;
    private final String near;
    private final String far;
    private final String nearAddress;
    private final String farAddress;

    private RemotePlace(int number) {
        long pid = ProcessHandle.current().pid();
        name = "culvert-" + pid + "-" + number;
        near = "cv" + pid % 1_000_000 + "n" + number;
        far = "cv" + pid % 1_000_000 + "f" + number;
        // 198.18.0.0/15 is for tests of networks (RFC 2544), so nothing else is reached by these.
        String net = "198.18." + pid % 256 + ".";
        nearAddress = net + (4 * number + 1);
        farAddress = net + (4 * number + 2);
    }

    /** Makes one; fails where one may not, or where there is no {@code ip}. */
    static RemotePlace make(int number) throws IOException {
        RemotePlace place = new RemotePlace(number);
        try {
            run("ip", "netns", "add", place.name);
            run("ip", "link", "add", place.near, "type", "veth", "peer", "name", place.far, "netns", place.name);
            run("ip", "address", "add", place.nearAddress + "/30", "dev", place.near);
            run("ip", "link", "set", place.near, "up");
            place.inside("ip", "address", "add", place.farAddress + "/30", "dev", place.far);
            place.inside("ip", "link", "set", "lo", "up");
            place.inside("ip", "link", "set", place.far, "up");
        } catch (IOException e) {
            place.close();
            throw e;
        }
        return place;
    }

    /** This machine's address, as seen from there. */
    String nearAddress() {
        return nearAddress;
    }

    /** A folder whose {@code bin/culvert} is the distribution's, run there. */
    Path home(Path directory) throws IOException {
        Path bin = Files.createDirectories(directory.resolve(name).resolve("bin"));
        Files.writeString(
                Files.createFile(
                        bin.resolve("culvert"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))),
                "#!/bin/sh\nexec ip netns exec " + name + " '" + Culvert.home().resolve("bin/culvert") + "' \"$@\"\n");
        return bin.getParent();
    }

    /** From now on nothing that is sent there arrives. */
    void loseWhatGoesThere() throws IOException {
        run("ip", "neighbour", "replace", farAddress, "lladdr", NOBODY, "dev", near, "nud", "permanent");
    }

    /** From now on nothing that is sent from there arrives. */
    void loseWhatComesFromThere() throws IOException {
        inside("ip", "neighbour", "replace", nearAddress, "lladdr", NOBODY, "dev", far, "nud", "permanent");
    }

    void heal() throws IOException {
        run("ip", "neighbour", "flush", "dev", near, "nud", "permanent");
        inside("ip", "neighbour", "flush", "dev", far, "nud", "permanent");
    }

    /** From now on a program there can send as if it were any of these addresses; answers to them get lost there. */
    void forge(String network) throws IOException {
        inside("ip", "route", "add", "local", network, "dev", "lo");
        inside("ip", "route", "add", "default", "via", nearAddress);
        run("ip", "route", "add", network, "via", farAddress, "dev", near);
    }

    /** Starts a command there. */
    Process start(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return new ProcessBuilder(all).inheritIO().start();
    }

    /** Runs a command there, and returns what it said. */
    String inside(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said.trim());
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return said;
    }

    @Override
    public void close() {
        // The wire goes with its end.
        Stream.of(new String[] {"ip", "link", "delete", near}, new String[] {"ip", "netns", "delete", name})
                .forEach(command -> {
                    try {
                        run(command);
                    } catch (IOException e) {
                        // It was not there.
                    }
                });
    }
}
