package dev.culvert.spi;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The public API as text: a paragraph for each type, a line for each member, in an order that does not depend on the compiler. */
final class PublicApi {

    private static final Set<String> INHERITED = Set.of("equals", "hashCode", "toString");

    private PublicApi() {}

    static String render() {
        return types().map(PublicApi::type).collect(joining("\n"));
    }

    private static Stream<Class<?>> types() {
        try {
            Path classes = Path.of(CulvertException.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.walk(classes)) {
                List<Class<?>> types = new ArrayList<>();
                for (Path file : files.sorted().toList()) {
                    String name = classes.relativize(file).toString().replace('/', '.');
                    if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                        types.add(Class.forName(name.substring(0, name.length() - ".class".length())));
                    }
                }
                return types.stream().filter(PublicApi::isVisible);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isVisible(Class<?> type) {
        Class<?> owner = type.getDeclaringClass();
        return !type.isAnonymousClass()
                && !type.isLocalClass()
                && visible(type.getModifiers())
                && (owner == null || isVisible(owner));
    }

    private static boolean visible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String type(Class<?> type) {
        StringBuilder text = new StringBuilder();
        text.append(modifiers(type.getModifiers() & ~Modifier.ABSTRACT & ~Modifier.STATIC));
        if (type.isSealed()) {
            text.append("sealed ");
        } else if (Modifier.isAbstract(type.getModifiers()) && !type.isInterface()) {
            text.append("abstract ");
        }
        text.append(kind(type)).append(' ').append(type.getName()).append(variables(type.getTypeParameters()));
        AnnotatedType parent = type.getAnnotatedSuperclass();
        if (parent != null && !type.isEnum() && !type.isRecord() && parent.getType() != Object.class) {
            text.append(" extends ").append(name(parent));
        }
        if (type.getAnnotatedInterfaces().length > 0) {
            text.append(" implements ").append(names(type.getAnnotatedInterfaces()));
        }
        text.append('\n');
        if (type.isRecord()) {
            // The canonical constructor as well: the order of components is part of the API.
            text.append("    components ")
                    .append(Arrays.stream(type.getRecordComponents())
                            .map(PublicApi::component)
                            .collect(joining(", ", "(", ")")))
                    .append('\n');
        }
        members(type)
                .sorted()
                .forEach(member -> text.append("    ").append(member).append('\n'));
        return text.toString();
    }

    private static String kind(Class<?> type) {
        if (type.isAnnotation()) {
            return "annotation";
        }
        if (type.isInterface()) {
            return "interface";
        }
        if (type.isEnum()) {
            return "enum";
        }
        return type.isRecord() ? "record" : "class";
    }

    private static Stream<String> members(Class<?> type) {
        return Stream.of(
                        Arrays.stream(type.getDeclaredFields())
                                .filter(field -> visible(field.getModifiers()))
                                .map(PublicApi::field),
                        Arrays.stream(type.getDeclaredConstructors())
                                .filter(constructor -> visible(constructor.getModifiers()) && !type.isEnum())
                                .map(PublicApi::constructor),
                        Arrays.stream(type.getDeclaredMethods())
                                .filter(method -> visible(method.getModifiers()) && !method.isSynthetic())
                                .filter(method -> !INHERITED.contains(method.getName()))
                                .map(PublicApi::method))
                .flatMap(members -> members);
    }

    private static String component(RecordComponent component) {
        return name(component.getAnnotatedType()) + " " + component.getName();
    }

    private static String field(Field field) {
        if (field.isEnumConstant()) {
            return "constant " + field.getName() + number(field);
        }
        return modifiers(field.getModifiers()) + name(field.getAnnotatedType()) + " " + field.getName();
    }

    /** An error's number is on the wire and in people's notes, so it is part of the API. */
    private static String number(Field constant) {
        try {
            return constant.get(null) instanceof ErrorCode error ? " = " + error.code() : "";
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String constructor(Constructor<?> constructor) {
        return modifiers(constructor.getModifiers()) + "new" + signature(constructor);
    }

    private static String method(Method method) {
        String variables = variables(method.getTypeParameters());
        return (method.isDefault() ? "default " : "")
                + modifiers(method.getModifiers())
                + (variables.isEmpty() ? "" : variables + " ")
                + name(method.getAnnotatedReturnType())
                + " "
                + method.getName()
                + signature(method);
    }

    private static String signature(Executable executable) {
        String thrown = names(executable.getAnnotatedExceptionTypes());
        return "(" + names(executable.getAnnotatedParameterTypes()) + ")"
                + (thrown.isEmpty() ? "" : " throws " + thrown);
    }

    private static String modifiers(int modifiers) {
        int told = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.ABSTRACT | Modifier.STATIC | Modifier.FINAL;
        String text = Modifier.toString(modifiers & ~Modifier.INTERFACE & told);
        return text.isEmpty() ? "" : text + " ";
    }

    private static String variables(TypeVariable<?>[] variables) {
        if (variables.length == 0) {
            return "";
        }
        return Arrays.stream(variables)
                .map(variable -> variable.getName() + " extends " + names(variable.getAnnotatedBounds()))
                .collect(joining(", ", "<", ">"));
    }

    private static String names(AnnotatedType... types) {
        return Arrays.stream(types).map(PublicApi::name).collect(joining(", "));
    }

    /** A question mark says that null is allowed. */
    private static String name(AnnotatedType type) {
        return plainName(type) + (type.isAnnotationPresent(Nullable.class) ? "?" : "");
    }

    private static String plainName(AnnotatedType type) {
        if (type instanceof AnnotatedArrayType array) {
            return name(array.getAnnotatedGenericComponentType()) + "[]";
        }
        if (type instanceof AnnotatedParameterizedType parameterized) {
            return ((ParameterizedType) parameterized.getType()).getRawType().getTypeName()
                    + "<"
                    + names(parameterized.getAnnotatedActualTypeArguments())
                    + ">";
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            return wildcard.getAnnotatedLowerBounds().length > 0
                    ? "? super " + names(wildcard.getAnnotatedLowerBounds())
                    : "? extends " + names(wildcard.getAnnotatedUpperBounds());
        }
        if (type instanceof AnnotatedTypeVariable variable) {
            return variable.getType().getTypeName();
        }
        return type.getType().getTypeName();
    }
}
