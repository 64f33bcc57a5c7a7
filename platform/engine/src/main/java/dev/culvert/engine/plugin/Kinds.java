package dev.culvert.engine.plugin;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pf4j.ExtensionPoint;

/**
 * The kinds of plugins, told from the SPI itself: every extension point that configuration selects by {@code type} is
 * one, so that a new kind needs no change here.
 */
final class Kinds {

    private Kinds() {}

    /** What kinds a factory is of; empty if it is not a factory of this SPI. */
    static List<Class<?>> of(Class<?> factory) {
        List<Class<?>> kinds = new ArrayList<>();
        Set<Class<?>> seen = new HashSet<>();
        Deque<Class<?>> left = new ArrayDeque<>();
        left.add(factory);
        while (!left.isEmpty()) {
            Class<?> type = left.remove();
            if (isKind(type)) {
                kinds.add(type);
            }
            for (Class<?> parent : type.getInterfaces()) {
                if (seen.add(parent)) {
                    left.add(parent);
                }
            }
            if (type.getSuperclass() != null && seen.add(type.getSuperclass())) {
                left.add(type.getSuperclass());
            }
        }
        return kinds;
    }

    /** The word of a kind, as the documentation has it: {@code SessionListenerFactory} is {@code listener}. */
    static String word(Class<?> kind) {
        String name = kind.getSimpleName().replaceFirst("Factory$", "");
        return name.replaceFirst("^.*(?=[A-Z])", "").toLowerCase(Locale.ROOT);
    }

    private static boolean isKind(Class<?> type) {
        return type.isInterface()
                && ExtensionPoint.class.isAssignableFrom(type)
                && type.getDeclaredAnnotation(JsonTypeInfo.class) != null;
    }
}
