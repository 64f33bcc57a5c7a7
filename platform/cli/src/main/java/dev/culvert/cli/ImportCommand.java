package dev.culvert.cli;

import dev.culvert.cli.imports.ForeignFile;
import dev.culvert.cli.imports.ImportOptions;
import dev.culvert.cli.imports.Imported;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert config import}: from frp or rathole. */
@Command(
        name = "import",
        description =
                "Writes what a file of frp or rathole amounts to here, and lists on standard error what it could not "
                        + "carry over.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert config import frps.toml --out server.toml",
            "  culvert config import frpc.toml --transport plain",
            "  culvert config import client.toml --peer server.toml    rathole's client with its ports"
        })
final class ImportCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "frpc.toml, frps.toml, or a file of rathole")
    private Path file;

    @Option(names = "--out", paramLabel = "FILE", description = "a new file to write; default: standard output")
    private @Nullable Path out;

    @Option(names = "--as", paramLabel = "ROLE", description = "server or client, of a file of rathole that has both")
    private @Nullable Role role;

    @Option(names = "--transport", paramLabel = "TYPE", description = "the transport to write; default: the file's")
    private @Nullable String transport;

    @Option(
            names = "--peer",
            paramLabel = "FILE",
            description = "the server's file, for the public ports of a client of rathole")
    private @Nullable Path peer;

    @Override
    public Integer call() {
        Imported imported = ForeignFile.read(file, new ImportOptions(role, transport, peer));
        if (out == null) {
            spec.commandLine().getOut().print(imported.toml());
            spec.commandLine().getOut().flush();
        } else {
            write(out, imported.toml());
        }
        PrintWriter err = spec.commandLine().getErr();
        imported.dropped().forEach(dropped -> err.println("not carried over: " + dropped));
        err.flush();
        return ExitCode.STOPPED.value();
    }

    // The file has the token in it.
    private static void write(Path file, String text) {
        try {
            boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] mine = posix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];
            Files.createFile(file, mine);
            try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
                writer.write(text);
            }
        } catch (FileAlreadyExistsException e) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE, "--out: " + file + " exists already (expected: a new file).", e);
        } catch (IOException e) {
            throw new CulvertException(ConfigError.FILE_UNREADABLE, file + " cannot be written (" + e + ").", e);
        }
    }
}
