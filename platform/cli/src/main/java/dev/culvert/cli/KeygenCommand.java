package dev.culvert.cli;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.transport.IssuedKey;
import dev.culvert.spi.transport.KeyIssuer;
import dev.culvert.spi.transport.TransportFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert keygen}: a key pair for a transport whose ends know each other by keys. */
@Command(
        name = "keygen",
        description = "Makes a key pair for a transport and prints it once, with what belongs into both files.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  culvert keygen noise", "  culvert keygen noise --out /etc/culvert/noise.key"})
final class KeygenCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "TRANSPORT", description = "the type of the transport: noise")
    private String type = "";

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "keep the private key in this new file, readable by this user alone, and do not print it")
    private @Nullable Path out;

    @Override
    public Integer call() {
        Path file = out == null ? null : out.toAbsolutePath();
        IssuedKey issued = issuer().issueKey(file);
        if (file != null) {
            write(file, issued.privateKey().reveal() + "\n");
        }
        PrintWriter console = spec.commandLine().getOut();
        console.println("# A key of the transport \"" + type + "\"."
                + (file == null ? " It is shown only now and kept nowhere." : " It is in " + file + "."));
        if (file == null) {
            console.println("private key: " + issued.privateKey().reveal());
        }
        console.println("public key: " + issued.publicKey());
        console.println();
        console.println("# Into the server's file, where its [[listen]] section says \"transport\":");
        console.println(issued.serverToml().reveal().strip());
        console.println();
        console.println("# Into the client's file, where it says \"transport\":");
        console.println(issued.clientToml().reveal().strip());
        return ExitCode.STOPPED.value();
    }

    private KeyIssuer issuer() {
        Flags flags = new Flags();
        flags.set("keygen", "listen", List.of(Map.of("bind", "127.0.0.1:0", "transport", type)));
        for (TransportFactory factory : new Configurations()
                .server(null, flags)
                .value()
                .listen()
                .get(0)
                .transport()
                .get(0)
                .layers()) {
            if (factory instanceof KeyIssuer issuer) {
                return issuer;
            }
        }
        throw new CulvertException(ConfigError.UNKNOWN_TYPE, "transport \"" + type + "\" has no keys to make.");
    }

    private static void write(Path file, String line) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Set<OpenOption> isNew = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = Files.newByteChannel(file, isNew, attributes)) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        } catch (FileAlreadyExistsException e) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE, "--out: " + file + " exists (expected: a new file).", e);
        } catch (IOException e) {
            throw new CulvertException(ConfigError.FILE_UNREADABLE, "--out: " + file + " cannot be written.", e);
        }
    }
}
