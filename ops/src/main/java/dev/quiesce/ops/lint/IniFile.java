package dev.quiesce.ops.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The entries of a unit of systemd, or of an option file of MariaDB, with their places. Immutable.
 *
 * @param entries all of them, and the headings of sections as those without a key
 */
record IniFile(String file, List<Entry> entries) {
    record Entry(String section, String key, String value, Place place) {
        Value<String> shown() {
            return Value.of(key, value, place);
        }
    }

    static IniFile read(String file, String text) {
        List<Entry> entries = new ArrayList<>();
        String section = "";
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            Place place = new Place(file, i + 1);
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            StringBuilder whole = new StringBuilder(line);
            while (whole.toString().endsWith("\\") && i + 1 < lines.size()) {
                String more = lines.get(++i).strip();
                if (!more.startsWith("#") && !more.startsWith(";")) {
                    whole.setLength(whole.length() - 1);
                    whole.append(' ').append(more);
                }
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                section = line.substring(1, line.length() - 1);
                entries.add(new Entry(section, "", "", place));
                continue;
            }
            int equals = whole.indexOf("=");
            String key = equals < 0 ? whole.toString() : whole.substring(0, equals);
            String value = equals < 0 ? "" : whole.substring(equals + 1);
            entries.add(new Entry(section, key.strip(), value.strip(), place));
        }
        return new IniFile(file, List.copyOf(entries));
    }

    IniFile with(IniFile dropIn) {
        List<Entry> all = new ArrayList<>(entries);
        all.addAll(dropIn.entries);
        return new IniFile(file, List.copyOf(all));
    }

    boolean has(String section) {
        return entries.stream().anyMatch(entry -> entry.section().equals(section));
    }

    /** Returns the place of a section: that of its heading. */
    Place place(String section) {
        return entries.stream()
                .filter(entry -> entry.section().equals(section))
                .findFirst()
                .map(Entry::place)
                .orElse(new Place(file, 1));
    }

    /** Returns all entries of a key since the last empty one, which takes back those before it. */
    List<Entry> all(String section, String key) {
        List<Entry> all = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.section().equals(section) && entry.key().equals(key)) {
                if (entry.value().isEmpty()) {
                    all.clear();
                } else {
                    all.add(entry);
                }
            }
        }
        return all;
    }

    /** Returns the entry of a key that counts: the last one. */
    Optional<Entry> find(String section, String key) {
        List<Entry> all = all(section, key);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }
}
