package dev.culvert.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.engine.config.TomlDocument;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file of frp (TOML, since 0.52) or rathole. */
public final class ForeignFile {

    private static final Pattern OLD_FRP = Pattern.compile("(?m)^\\s*\\[common]");
    private static final List<String> FRP_CLIENT =
            List.of("serverAddr", "serverPort", "proxies", "visitors", "loginFailExit", "includes", "start");
    private static final List<String> FRP_SERVER = List.of(
            "bindPort",
            "bindAddr",
            "kcpBindPort",
            "quicBindPort",
            "vhostHTTPPort",
            "vhostHTTPSPort",
            "allowPorts",
            "subDomainHost",
            "proxyBindAddr");

    private ForeignFile() {}

    /**
     * Finds out whose file it is and writes the Culvert equivalent.
     *
     * @param file the other program's
     * @param options what it does not say itself
     * @throws CulvertException {@link ConfigError#FOREIGN_FILE_UNKNOWN} or {@link ConfigError#NOTHING_TO_IMPORT}
     */
    public static Imported read(Path file, ImportOptions options) {
        List<String> dropped = new ArrayList<>();
        ObjectNode root = tree(file);
        Keys keys = new Keys("", root, dropped);
        Draft draft = new Draft();
        if (isRathole(root, "server") || isRathole(root, "client")) {
            if (half(root, file, options) == Role.SERVER) {
                RatholeServer.write(keys, options, draft.comment(from("rathole", file)));
            } else {
                RatholeClient.write(keys, services(options.peer()), options, draft.comment(from("rathole", file)));
            }
        } else if (hasAny(root, FRP_CLIENT)) {
            FrpClient.write(keys, file, options, draft.comment(from("frp", file)));
        } else if (hasAny(root, FRP_SERVER)) {
            FrpServer.write(keys, options, draft.comment(from("frp", file)));
        } else {
            throw new CulvertException(
                    ConfigError.FOREIGN_FILE_UNKNOWN,
                    file + ": no key says whose file it is (expected: serverAddr, bindPort, [server.services] …).");
        }
        return new Imported(draft.toString(), dropped);
    }

    /** A file as a tree, its variables marked. */
    static ObjectNode tree(Path file) {
        String text = TomlDocument.text(file);
        if (OLD_FRP.matcher(text).find()) {
            throw new CulvertException(
                    ConfigError.FOREIGN_FILE_UNKNOWN,
                    file + ": this is frp's old INI format (expected: TOML, which frp reads since 0.52).");
        }
        return TomlDocument.parse(file.toString(), Templates.mark(text)).root();
    }

    private static Role half(ObjectNode root, Path file, ImportOptions options) {
        boolean server = isRathole(root, "server");
        boolean client = isRathole(root, "client");
        Role wanted = options.role();
        if (server && client && wanted == null) {
            throw new CulvertException(
                    ConfigError.FOREIGN_FILE_UNKNOWN,
                    file + " has a server and a client (expected: --as with either).");
        }
        return wanted != null ? wanted : server ? Role.SERVER : Role.CLIENT;
    }

    // A rathole client does not know the public ports of its services.
    private static @Nullable JsonNode services(@Nullable Path peer) {
        return peer == null ? null : tree(peer).path("server").path("services");
    }

    private static boolean isRathole(ObjectNode root, String half) {
        JsonNode table = root.path(half);
        return table.has("services") || table.has("remote_addr") || table.has("bind_addr");
    }

    private static boolean hasAny(ObjectNode root, List<String> keys) {
        return keys.stream().anyMatch(root::has);
    }

    private static String from(String program, Path file) {
        return "Made from " + program + "'s " + file.getFileName()
                + " by culvert config import. See config/ for all keys.";
    }
}
