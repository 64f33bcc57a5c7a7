package dev.culvert.engine.plugin;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ErrorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} is the list of the platform's error codes; this test is what keeps it complete. */
final class ErrorsPageTest {

    private static final Path PAGE = Path.of("../../docs/errors.md");

    private static final Map<Integer, String> GROUPS = Map.of(
            1, "1xxx: configuration and plugins",
            2, "2xxx: authentication",
            3, "3xxx: tunnels",
            4, "4xxx: between client and server",
            5, "5xxx: the local service",
            6, "6xxx: http");

    @Test
    void thePageListsEveryCodeWithItsRemedy() throws IOException {
        String expected = page();
        if (Boolean.getBoolean("culvert.write")) {
            Files.writeString(PAGE, expected);
        }

        assertThat(Files.readString(PAGE))
                .as("docs/errors.md; write it anew with -Dculvert.write=true")
                .isEqualTo(expected);
    }

    @Test
    void noCodeIsUsedTwice() {
        assertThat(codes()).extracting(ErrorCode::code).doesNotHaveDuplicates();
    }

    @Test
    void theLoaderKnowsEveryCodeOfThePlatform() {
        List<ErrorCode> known = new ArrayList<>();
        ErrorCodes.PLATFORM.forEach(type -> {
            for (Enum<?> constant : type.getEnumConstants()) {
                known.add((ErrorCode) constant);
            }
        });

        assertThat(known).containsExactlyInAnyOrderElementsOf(codes());
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # Error codes

                Every failure that a person can act on has a code that never changes. It is printed as
                `CLV-2001: what happened. What to do.`, and logged in the field `error`.
                "Who" says who can do something: the user (of the file or the command), or nobody at this end (external).
                """);
        Map<Integer, List<ErrorCode>> groups = codes().stream()
                .collect(Collectors.groupingBy(code -> code.number() / 1000, TreeMap::new, Collectors.toList()));
        groups.forEach((group, codes) -> {
            page.append("\n## ").append(GROUPS.get(group));
            page.append("\n\n| code | name | who | what to do |\n| --- | --- | --- | --- |\n");
            codes.stream()
                    .sorted(comparing(ErrorCode::number))
                    .forEach(code -> page.append(
                            "| %s | `%s` | %s | %s |%n".formatted(code.code(), code, who(code.type()), code.remedy())));
        });
        return page.toString();
    }

    private static String who(ErrorType type) {
        return switch (type) {
            case USER -> "user";
            case EXTERNAL -> "external";
            case INTERNAL -> "the authors";
        };
    }

    private static List<ErrorCode> codes() {
        List<ErrorCode> codes = new ArrayList<>();
        for (JavaClass type : new ClassFileImporter().importPackages("dev.culvert.spi")) {
            if (type.isEnum() && type.isAssignableTo(ErrorCode.class)) {
                for (Object constant : type.reflect().getEnumConstants()) {
                    codes.add((ErrorCode) constant);
                }
            }
        }
        return codes;
    }
}
