package dev.culvert.engine.plugin;

/** Says in words why the JVM could not load or link a class of a plugin. */
final class Missing {

    private Missing() {}

    static String explain(Throwable failure) {
        if (failure instanceof UnsupportedClassVersionError) {
            return "compiled for a newer Java than this one, "
                    + Runtime.version().feature();
        }
        if (failure instanceof ExceptionInInitializerError && failure.getCause() != null) {
            return "its static initializer failed with " + failure.getCause();
        }
        if (failure instanceof ClassNotFoundException || failure instanceof NoClassDefFoundError) {
            String name = String.valueOf(failure.getMessage()).replace('/', '.');
            return name.startsWith("dev.culvert.") && !SharedClasses.contain(name)
                    ? "the class " + name + " is not part of the SPI, and plugins see nothing else of the platform"
                    : "the class " + name + " is missing; a plugin has to contain its libraries";
        }
        return "built against another version of what it uses: " + failure;
    }
}
