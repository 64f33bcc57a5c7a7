package dev.culvert.engine.config;

/**
 * Where a value came from, as people read it.
 *
 * @param text {@code flag --port}, {@code environment NAME}, {@code server.toml:12} or {@code default}
 * @param line of the file; 0 if it is not from one
 */
record Origin(String text, int line) {

    static final Origin DEFAULT = new Origin("default", 0);

    static Origin flag(String flag) {
        return new Origin("flag " + flag, 0);
    }

    static Origin environment(String variable) {
        return new Origin("environment " + variable, 0);
    }

    static Origin line(String file, int line) {
        return new Origin(file + ":" + line, line);
    }

    @Override
    public String toString() {
        return text;
    }
}
