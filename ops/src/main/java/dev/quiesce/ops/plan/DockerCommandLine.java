package dev.quiesce.ops.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command line of Docker as far as limits go.
 *
 * @param verb {@code update}, or {@code run} also for {@code create} and for options without a command
 * @param options the options for resources, by their long names
 * @param containers the names of containers, as far as they are given
 */
record DockerCommandLine(String verb, Map<String, String> options, List<String> containers) {
    private static final Set<String> RESOURCES = Set.of(
            "memory",
            "memory-swap",
            "memory-reservation",
            "cpus",
            "cpu-shares",
            "cpuset-cpus",
            "cpu-quota",
            "cpu-period",
            "pids-limit",
            "name");
    private static final Map<String, String> SHORT = Map.of("-m", "memory", "-c", "cpu-shares");
    private static final Set<String> VERBS = Set.of("update", "run", "create");

    static DockerCommandLine parse(String line) {
        List<String> words = words(line);
        int first = 0;
        while (first < words.size() && Set.of("sudo", "docker", "container").contains(words.get(first))) {
            first++;
        }
        String verb = "run";
        if (first < words.size() && VERBS.contains(words.get(first))) {
            verb = words.get(first).equals("update") ? "update" : "run";
            first++;
        }
        Map<String, String> options = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        for (int index = first; index < words.size(); index++) {
            String word = words.get(index);
            String option = option(word);
            if (option == null) {
                if (!word.startsWith("-")) {
                    others.add(word);
                }
            } else if (word.contains("=")) {
                options.put(option, word.substring(word.indexOf('=') + 1));
            } else if (!word.startsWith("--") && word.length() > 2) {
                options.put(option, word.substring(2));
            } else {
                index++;
                options.put(option, index < words.size() ? words.get(index) : "");
            }
        }
        String name = options.remove("name");
        List<String> containers = verb.equals("update") ? others : name == null ? List.<String>of() : List.of(name);
        return new DockerCommandLine(verb, options, List.copyOf(containers));
    }

    boolean isUpdate() {
        return verb.equals("update");
    }

    private static @Nullable String option(String word) {
        if (word.startsWith("--")) {
            String name = word.substring(2).split("=", 2)[0];
            return RESOURCES.contains(name) ? name : null;
        }
        return word.length() < 2 ? null : SHORT.get(word.substring(0, 2));
    }

    /** Quotes of the shell are taken off; nothing else of it is needed for limits. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        boolean open = false;
        for (char c : line.toCharArray()) {
            if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                open = true;
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (Character.isWhitespace(c) || c == '\\')) {
                if (open || !word.isEmpty()) {
                    words.add(word.toString());
                }
                word.setLength(0);
                open = false;
            } else {
                word.append(c);
            }
        }
        if (open || !word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }
}
