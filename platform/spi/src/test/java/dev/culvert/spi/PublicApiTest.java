package dev.culvert.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Plugins that were built against a released SPI must go on working, so nothing of it changes by accident. */
final class PublicApiTest {

    private static final Path RECORD = Path.of("api.txt");

    @Test
    void theSpiIsTheOneThatIsOnRecord() throws IOException {
        String actual = PublicApi.render();
        if (System.getProperty("spi.api", "").equals("update")) {
            Files.writeString(RECORD, actual);
        }
        Set<String> now = members(actual);
        Set<String> onRecord = members(Files.readString(RECORD));

        assertThat(differences(onRecord, now)).as("""
                        The public API of the SPI differs from platform/spi/api.txt. If that is meant:
                          1. ./mvnw -B -q -pl platform/spi test -Dtest=PublicApiTest -Dspi.api=update
                          2. read the difference as a plugin author: what is gone, what has another parameter, a new
                             abstract method of an interface that plugins implement: each breaks plugins that exist
                          3. write a line in CHANGELOG.md; where something breaks, an ADR and a new minor version too
                        """).isEmpty();
    }

    private static List<String> differences(Set<String> before, Set<String> after) {
        List<String> differences = new ArrayList<>();
        before.stream().filter(member -> !after.contains(member)).forEach(member -> differences.add("- " + member));
        after.stream().filter(member -> !before.contains(member)).forEach(member -> differences.add("+ " + member));
        return differences;
    }

    private static Set<String> members(String api) {
        Set<String> members = new LinkedHashSet<>();
        String type = "";
        for (String line : api.lines().toList()) {
            if (line.startsWith(" ")) {
                members.add(type + ": " + line.strip());
            } else if (!line.isEmpty()) {
                type = line;
                members.add(line);
            }
        }
        return members;
    }
}
