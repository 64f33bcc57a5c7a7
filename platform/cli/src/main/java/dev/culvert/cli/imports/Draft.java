package dev.culvert.cli.imports;

/** A Culvert file on its way. */
final class Draft {

    private final StringBuilder text = new StringBuilder();

    Draft comment(String sentence) {
        text.append("# ").append(sentence).append('\n');
        return this;
    }

    /** A table or an element of a list of tables: {@code [[listen]]}. */
    Draft section(String header) {
        text.append('\n').append(header).append('\n');
        return this;
    }

    /** A key with a string. */
    Draft text(String key, String value) {
        return raw(key, Templates.quote(value));
    }

    /** A key with a number, or the variable that stands for one. */
    Draft number(String key, String value) {
        return raw(key, Templates.number(value));
    }

    /** A key with what is TOML already. */
    Draft raw(String key, String toml) {
        text.append(key).append(" = ").append(toml).append('\n');
        return this;
    }

    /** All lines of another. */
    Draft lines(Draft other) {
        text.append(other.text);
        return this;
    }

    /** Administration on loopback, as Dropwizard is told. */
    Draft administration(String host, String port) {
        return section("[server]")
                .text("type", "simple")
                .text("application_context_path", "/")
                .text("admin_context_path", "/admin")
                .section("[server.connector]")
                .text("type", "http")
                .text("bind_host", host)
                .number("port", port);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
