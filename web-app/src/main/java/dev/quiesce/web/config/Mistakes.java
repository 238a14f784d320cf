package dev.quiesce.web.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Collects what is wrong with a configuration. Not safe for use by many threads. */
final class Mistakes {
    private static final int LONGEST_ECHO = 200;

    private final List<String> lines = new ArrayList<>();

    void add(String line) {
        lines.add(line);
    }

    void addInvalid(Setting<?> setting, Assignment assignment, String hint) {
        add("%s = \"%s\" (%s): expected %s%s"
                .formatted(
                        setting.key(),
                        printable(setting.type().echo(assignment.text())),
                        assignment.origin(),
                        setting.type().expected(),
                        hint));
    }

    void addUnknown(String what, String name, Stream<String> known) {
        String hint = closest(name, known)
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("; --help names all");
        add(what + " " + printable(name) + hint);
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    String text() {
        String head = lines.size() == 1
                ? "The configuration has a mistake:\n"
                : "The configuration has " + lines.size() + " mistakes:\n";
        return lines.stream()
                .collect(Collectors.joining(
                        "\n  - ", head + "  - ", "\nNothing was started. --help explains all settings.\n"));
    }

    /** Returns the text without what would break or forge a line, cut where it is too long. */
    static String printable(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= LONGEST_ECHO ? clean : clean.substring(0, LONGEST_ECHO) + "...";
    }

    private static Optional<String> closest(String name, Stream<String> known) {
        int farthest = Math.max(2, name.length() / 4);
        return known.filter(candidate -> distance(name, candidate) <= farthest)
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)));
    }

    /** The Levenshtein distance: how many letters to add, drop or replace. */
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.length()];
    }
}
