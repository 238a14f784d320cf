package dev.quiesce.ops.docker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The options of {@code docker run}, {@code create} or {@code update}, as Docker reads them. Immutable.
 *
 * @param values the values of each option, by its long name, in their order; those of short options that are not known here by ""
 * @param rest the words from the first that is no option
 */
public record CommandOptions(Map<String, List<String>> values, List<String> rest) {
    private static final Map<Character, String> SHORT =
            Map.of('m', "memory", 'c', "cpu-shares", 'e', "env", 'p', "publish");

    /** Those that take no value; all others take one. */
    private static final Set<String> SWITCHES = Set.of(
            "detach",
            "disable-content-trust",
            "help",
            "init",
            "interactive",
            "no-healthcheck",
            "oom-kill-disable",
            "privileged",
            "publish-all",
            "quiet",
            "read-only",
            "rm",
            "sig-proxy",
            "tty",
            "use-api-socket");

    private static final String SHORT_SWITCHES = "diPqt";

    /** Reads words up to the first that is no option, or {@code --}. */
    public static CommandOptions read(List<String> words) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        int index = 0;
        while (index < words.size()) {
            String word = words.get(index);
            if (word.equals("--")) {
                index++;
                break;
            } else if (word.startsWith("--")) {
                index = longOption(words, index, values);
            } else if (word.startsWith("-") && word.length() > 1) {
                index = shortOptions(words, index, values);
            } else {
                break;
            }
            index++;
        }
        return new CommandOptions(values, words.subList(Math.min(index, words.size()), words.size()));
    }

    /** Returns all values of an option. */
    public List<String> all(String option) {
        return values.getOrDefault(option, List.of());
    }

    /** Returns the value that counts: the last one. */
    public Optional<String> find(String option) {
        List<String> all = all(option);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** Returns where the value is, or the option, if it has none or it is the same word. */
    private static int longOption(List<String> words, int index, Map<String, List<String>> values) {
        String[] parts = words.get(index).substring(2).split("=", 2);
        if (parts.length == 2) {
            add(values, parts[0], parts[1]);
            return index;
        }
        return SWITCHES.contains(parts[0]) ? index : next(words, index, parts[0], values);
    }

    /** In {@code -itm512m} only the last can have a value: the rest of the word, or the next. */
    private static int shortOptions(List<String> words, int index, Map<String, List<String>> values) {
        String word = words.get(index);
        for (int at = 1; at < word.length(); at++) {
            String rest = word.substring(at + 1);
            if (SHORT_SWITCHES.indexOf(word.charAt(at)) < 0) {
                String option = SHORT.getOrDefault(word.charAt(at), "");
                if (rest.isEmpty()) {
                    return next(words, index, option, values);
                }
                add(values, option, rest.startsWith("=") ? rest.substring(1) : rest);
                return index;
            }
            if (rest.startsWith("=")) {
                return index;
            }
        }
        return index;
    }

    private static int next(List<String> words, int index, String option, Map<String, List<String>> values) {
        add(values, option, index + 1 < words.size() ? words.get(index + 1) : "");
        return index + 1;
    }

    private static void add(Map<String, List<String>> values, String option, String value) {
        values.computeIfAbsent(option, name -> new ArrayList<>()).add(value);
    }
}
