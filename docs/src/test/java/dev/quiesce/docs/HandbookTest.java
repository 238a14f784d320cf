package dev.quiesce.docs;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The Java in the handbook is that of the samples. A block is marked with the sample that it is taken from, by a comment on
 * the line before it, such as {@code <!-- sample: plain/PlainService.java -->}. What needs more than {@code core} stands in the
 * tests of its module, and is marked with the path from the root.
 */
class HandbookTest {
    private static final Path SAMPLES = Handbook.ROOT.resolve("docs/src/test/java/dev/quiesce/docs");

    @TestFactory
    Stream<DynamicTest> javaOfTheHandbook_isMarked_andStandsInTheSample() throws IOException {
        List<CodeBlock> blocks = new ArrayList<>();
        for (Path page : Handbook.pages()) {
            blocks.addAll(CodeBlock.in(Handbook.ROOT.relativize(page).toString(), Files.readAllLines(page)));
        }
        assertThat(blocks).as("blocks of Java").isNotEmpty();
        return blocks.stream().map(block -> dynamicTest(block.toString(), () -> assertStandsInItsSample(block)));
    }

    private static void assertStandsInItsSample(CodeBlock block) throws IOException {
        assertThat(block.sample())
                .as("%s has no mark such as <!-- sample: plain/PlainService.java --> on the line before it", block)
                .isNotNull();
        List<String> sample = Files.readAllLines(file(block.sample()));
        int size = block.lines().size();
        boolean found = IntStream.rangeClosed(0, sample.size() - size)
                .anyMatch(line -> unindented(sample.subList(line, line + size)).equals(unindented(block.lines())));

        assertThat(found)
                .as("%s stands in %s:\n%s", block, block.sample(), String.join("\n", block.lines()))
                .isTrue();
    }

    private static Path file(String sample) {
        Path here = SAMPLES.resolve(sample);
        return Files.exists(here) ? here : Handbook.ROOT.resolve(sample);
    }

    private static String unindented(List<String> lines) {
        return lines.stream().collect(joining("\n")).stripIndent();
    }
}
