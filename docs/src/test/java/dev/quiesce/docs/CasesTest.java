package dev.quiesce.docs;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that a page names are there. */
class CasesTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");
    private static final int LEAST = 20;

    @Test
    void everyTestThatIsNamed_exists() throws IOException {
        List<MatchResult> named = NAMED.matcher(Files.readString(Handbook.ROOT.resolve("docs/cases.md")))
                .results()
                .toList();
        Map<String, List<Path>> sources = testSources();

        assertThat(named).hasSizeGreaterThan(LEAST);
        assertThat(named).allSatisfy(test -> {
            assertThat(sources).containsKey(test.group(1));
            if (test.group(2) != null) {
                assertThat(sources.get(test.group(1)))
                        .as(test.group())
                        .anySatisfy(
                                source -> assertThat(Files.readString(source)).contains("void " + test.group(2) + "("));
            }
        });
    }

    private static Map<String, List<Path>> testSources() throws IOException {
        try (Stream<Path> files = Files.find(
                Handbook.ROOT,
                Integer.MAX_VALUE,
                (file, attributes) -> file.toString().matches(".*/src/test/java/.*(Test|IT)\\.java"))) {
            return files.collect(
                    groupingBy(file -> file.getFileName().toString().replace(".java", "")));
        }
    }
}
