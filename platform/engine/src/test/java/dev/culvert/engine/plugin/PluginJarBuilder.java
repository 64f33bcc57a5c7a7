package dev.culvert.engine.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Builds a plugin's jar as its author would: real sources, the real compiler, PF4J's annotation processor. */
public final class PluginJarBuilder {

    private final Properties properties = new Properties();
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final List<String> removed = new java.util.ArrayList<>();

    private PluginJarBuilder() {}

    /** A plugin with an id and a version and nothing else yet. */
    public static PluginJarBuilder plugin(String id) {
        return new PluginJarBuilder().property("plugin.id", id).property("plugin.version", "1.2.3");
    }

    /** A plugin that provides one registry under a name. */
    public static PluginJarBuilder registry(String id, String type) {
        return plugin(id).registry("acme." + id.replace('-', '_') + ".AcmeRegistry", type, "");
    }

    public PluginJarBuilder property(String key, String value) {
        properties.setProperty(key, value);
        return this;
    }

    /** A registry's factory; the code is the body of its build method, before it returns. */
    public PluginJarBuilder registry(String className, String type, String code) {
        return source(className, """
                @org.pf4j.Extension
                @com.fasterxml.jackson.annotation.JsonTypeName("%s")
                public record NAME(Integer size) implements dev.culvert.spi.registry.RegistryFactory {
                    public dev.culvert.spi.registry.Registry build(dev.culvert.spi.PluginContext context) {
                        %s
                        return null;
                    }
                }
                """.formatted(type, code));
    }

    /** A class; NAME in its text is its simple name. */
    public PluginJarBuilder source(String className, String text) {
        int dot = className.lastIndexOf('.');
        sources.put(
                className,
                "package " + className.substring(0, dot) + ";\n" + text.replace("NAME", className.substring(dot + 1)));
        return this;
    }

    public PluginJarBuilder entry(String name, String text) {
        return entry(name, text.getBytes(UTF_8));
    }

    public PluginJarBuilder entry(String name, byte[] bytes) {
        entries.put(name, bytes);
        return this;
    }

    public PluginJarBuilder without(String name) {
        removed.add(name);
        return this;
    }

    /** Compiles and packs. */
    public Path build(Path jar) {
        try {
            Files.createDirectories(jar.getParent());
            try (OutputStream out = Files.newOutputStream(jar);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                for (Map.Entry<String, byte[]> entry : contents(jar).entrySet()) {
                    zip.putNextEntry(new ZipEntry(entry.getKey()));
                    zip.write(entry.getValue());
                    zip.closeEntry();
                }
            }
            return jar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, byte[]> contents(Path jar) throws IOException {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        if (!properties.isEmpty()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            properties.store(out, null);
            contents.put("plugin.properties", out.toByteArray());
        }
        if (!sources.isEmpty()) {
            Path classes =
                    Files.createTempDirectory(jar.toAbsolutePath().getParent().getParent(), "classes");
            compile(classes);
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file :
                        (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
                    contents.put(classes.relativize(file).toString(), Files.readAllBytes(file));
                }
            }
        }
        contents.putAll(entries);
        contents.keySet().removeAll(removed);
        return contents;
    }

    private void compile(Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
            List<? extends JavaFileObject> units = sources.entrySet().stream()
                    .map(source -> new Source(source.getKey(), source.getValue()))
                    .toList();
            List<String> options = List.of("-processor", "org.pf4j.processor.ExtensionAnnotationProcessor");
            DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
            assertThat(compiler.getTask(null, files, said, options, null, units).call())
                    .as(() -> said.getDiagnostics().toString())
                    .isTrue();
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
