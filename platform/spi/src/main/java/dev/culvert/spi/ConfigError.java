package dev.culvert.spi;

/** What can be wrong with a configuration, a flag or a plugin: 1xxx. */
public enum ConfigError implements ErrorCode {
    // Numbers are on the wire: append, never renumber or reuse.

    /** A configuration file cannot be read. */
    FILE_UNREADABLE(1001, ErrorType.USER, "Check the path and its permissions."),

    /** The file is not TOML. */
    SYNTAX(1002, ErrorType.USER, "Correct the line that the message names."),

    /** A key that nothing reads. */
    UNKNOWN_KEY(1003, ErrorType.USER, "Remove the key, or use the name that the message suggests."),

    /** A value outside of what its key expects. */
    INVALID_VALUE(1004, ErrorType.USER, "Give a value that the message describes."),

    /** A type that no loaded plugin provides. */
    UNKNOWN_TYPE(
            1005,
            ErrorType.USER,
            "Choose one of the types listed, or put the jar that provides it into the plugins directory."),

    /** An environment variable without a value or a default. */
    MISSING_VARIABLE(1006, ErrorType.USER, "Set the variable, or write ${NAME:-default}."),

    /** Nothing establishes who a client is. */
    NO_IDENTITY(1007, ErrorType.USER, "Add an [[auth]] section; culvert token new prints one."),

    /** An address that strangers reach, without authentication. */
    UNSAFE_BIND(1008, ErrorType.USER, "Bind to 127.0.0.1, or set insecure_public = true if everybody may connect."),

    /** Wrong arguments. */
    USAGE(1009, ErrorType.USER, "See --help."),

    /** Keys that exclude each other. */
    CONFLICTING_KEYS(1010, ErrorType.USER, "Keep one of the keys that the message names."),

    /** A listener of the configuration cannot bind. */
    PORT_UNAVAILABLE(1011, ErrorType.USER, "Stop the program that holds the port, or choose another one."),

    /** A file to import that is no file of a program we know. */
    FOREIGN_FILE_UNKNOWN(
            1012,
            ErrorType.USER,
            "Give a file of frp (TOML, as frp reads since 0.52) or rathole, as the message says."),

    /** A file to import in which nothing has a counterpart. */
    NOTHING_TO_IMPORT(1013, ErrorType.USER, "Write the file by hand: culvert has examples in config/."),

    /** A process that cannot read its configuration again. */
    RELOAD_REFUSED(1014, ErrorType.USER, "Start it with a file; what flags alone have said cannot change."),
    /** A command came from where it must not. */
    COMMAND_REFUSED(1015, ErrorType.USER, "Use the command culvert, on the machine where the process runs."),
    /** A process with fewer open files than it may need. */
    FEW_DESCRIPTORS(1016, ErrorType.USER, "Raise LimitNOFILE of the unit, or ulimit -n."),
    /** The clocks of two machines differ. */
    CLOCKS_DIFFER(1017, ErrorType.USER, "Let both machines set their clocks by NTP."),
    /** A check that rests on one that failed. */
    NOT_CHECKED(1018, ErrorType.USER, "Mend what the rows above say first."),
    /** A jar that is not a working plugin. */
    PLUGIN_NOT_LOADED(1101, ErrorType.USER, "Remove or replace the jar; culvert plugins shows what was found."),

    /** Two plugins provide the same name. */
    PLUGIN_DUPLICATE(1102, ErrorType.USER, "Keep one of the two jars."),

    /** A plugin for another SPI version. */
    PLUGIN_INCOMPATIBLE(1103, ErrorType.USER, "Use a build of the plugin for this version of Culvert."),

    /** A jar that the allow-list does not name. */
    PLUGIN_NOT_ALLOWED(1104, ErrorType.USER, "Check where the jar came from, then add its SHA-256 to plugins.allow."),

    /** A path in the plugins directory that is not a plain jar. */
    PLUGIN_PATH(1105, ErrorType.USER, "Put the jar itself into the directory, not a link or an archive of it."),

    /** A plugin whose error codes clash with others. */
    PLUGIN_ERROR_CODE(1106, ErrorType.USER, "Ask its author for a prefix of its own.");

    private final int number;
    private final ErrorType type;
    private final String remedy;

    ConfigError(int number, ErrorType type, String remedy) {
        this.number = number;
        this.type = type;
        this.remedy = remedy;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public ErrorType type() {
        return type;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
