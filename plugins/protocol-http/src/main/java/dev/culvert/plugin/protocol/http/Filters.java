package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpFilterFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The filters of a server: its own, which all tunnels share, and those that clients bring. Thread-safe. */
final class Filters {

    private final PluginContext context;
    private final List<HttpFilter> own;
    private final @Nullable List<String> permitted;

    /**
     * Makes the server's own.
     *
     * @param sections of the server's file
     * @param permitted which types clients may bring; null for all
     */
    Filters(PluginContext context, List<HttpFilterFactory> sections, @Nullable List<String> permitted) {
        this.context = context;
        this.permitted = permitted;
        this.own = built(sections, Role.SERVER);
    }

    /** A tunnel's: closing it closes those that its client brought. Null if there is none at all. */
    @Nullable
    HttpFilter of(List<HttpFilterFactory> sections) {
        if (own.isEmpty() && sections.isEmpty()) {
            return null;
        }
        sections.forEach(this::requirePermitted);
        List<HttpFilter> all = new ArrayList<>();
        own.forEach(filter -> all.add(filter::request)); // without its close
        all.addAll(built(sections, Role.CLIENT));
        return HttpFilter.inOrder(all);
    }

    void close() {
        own.forEach(HttpFilter::close);
    }

    private void requirePermitted(HttpFilterFactory section) {
        JsonTypeName name = section.getClass().getAnnotation(JsonTypeName.class);
        String type = name == null ? "" : name.value();
        if (permitted != null && !permitted.contains(type)) {
            throw new CulvertException(
                    FilterError.FILTER_NOT_PERMITTED,
                    "filters: \"" + type + "\" (expected from a client: one of " + permitted + ").");
        }
    }

    private List<HttpFilter> built(List<HttpFilterFactory> sections, Role author) {
        List<HttpFilter> built = new ArrayList<>();
        try {
            sections.forEach(section -> built.add(built(section, author)));
        } catch (RuntimeException e) {
            built.forEach(HttpFilter::close);
            throw e;
        }
        return built;
    }

    // Libraries inside a plugin look their services up through the thread's context class loader.
    private HttpFilter built(HttpFilterFactory section, Role author) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(section.getClass().getClassLoader());
        try {
            return section.build(context, author);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
