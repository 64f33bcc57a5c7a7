package dev.culvert.engine.plugin;

import java.io.IOException;
import java.net.URL;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a plugin sees of the platform: the JDK and the packages that both sides have to share. The engine, the
 * server, the client and their libraries are not there, so a plugin cannot come to depend on them.
 */
final class SharedClasses extends ClassLoader {

    // A second copy of any of these makes instanceof fail across the boundary, and PF4J then reports the
    // plugin as started with no extensions.
    private static final List<String> PACKAGES = List.of(
            "dev.culvert.spi.",
            "io.netty.",
            "org.slf4j.",
            "org.jspecify.",
            "com.fasterxml.jackson.",
            "jakarta.validation.",
            "org.pf4j.");

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader platform;

    SharedClasses(ClassLoader platform) {
        super("culvert-shared", ClassLoader.getPlatformClassLoader());
        this.platform = platform;
    }

    static boolean contain(String className) {
        return PACKAGES.stream().anyMatch(className::startsWith);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (!contain(name)) {
            throw new ClassNotFoundException(name);
        }
        return platform.loadClass(name);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        return containResource(name) ? platform.getResource(name) : null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
        return containResource(name) ? platform.getResources(name) : java.util.Collections.emptyEnumeration();
    }

    private static boolean containResource(String name) {
        return contain(name.replace('/', '.'));
    }
}
