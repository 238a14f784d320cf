package dev.quiesce.ops.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Options of {@code docker run}. Immutable.
 *
 * @param words the words of the command line before the image
 */
record DockerOptions(List<String> words) {
    /** Returns the values of an option, which may be the next word or behind {@code =}, or, of a short one, joined to it. */
    List<String> all(String option, String letter) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals(option) || word.equals(letter)) {
                if (i + 1 < words.size()) {
                    values.add(words.get(++i));
                }
            } else if (word.startsWith(option + "=")) {
                values.add(word.substring(option.length() + 1));
            } else if (!letter.isEmpty() && word.startsWith(letter)) {
                values.add(word.substring(letter.length()).replaceFirst("^=", ""));
            }
        }
        return values;
    }

    /** Returns the value that counts: the last one. */
    Optional<Value<String>> find(String option, String letter, Place place) {
        List<String> values = all(option, letter);
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(Value.of(option, values.get(values.size() - 1), place));
    }
}
