package dev.quiesce.ops.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The instructions of the last stage of a Dockerfile. Immutable. */
record Dockerfile(String file, List<Value<String>> instructions) {

    static Dockerfile read(String file, String text) {
        List<Value<String>> instructions = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Place place = new Place(file, i + 1);
            StringBuilder line = new StringBuilder(lines.get(i).strip());
            while (line.toString().endsWith("\\") && i + 1 < lines.size()) {
                line.setLength(line.length() - 1);
                line.append(lines.get(++i).strip());
            }
            String[] words = line.toString().split("\\s+", 2);
            if (words.length == 2 && !words[0].startsWith("#")) {
                String name = words[0].toUpperCase(Locale.ROOT);
                if (name.equals("FROM")) {
                    instructions.clear();
                }
                instructions.add(Value.of(name, words[1], place));
            }
        }
        return new Dockerfile(file, List.copyOf(instructions));
    }

    Optional<Value<String>> find(String name) {
        return instructions.stream()
                .filter(instruction -> instruction.name().equals(name))
                .reduce((earlier, later) -> later);
    }

    /** Returns what the container runs. */
    Optional<Value<String>> entry() {
        return find("ENTRYPOINT").or(() -> find("CMD"));
    }
}
