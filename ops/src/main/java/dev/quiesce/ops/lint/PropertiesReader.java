package dev.quiesce.ops.lint;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Reads properties files, entry by entry, so that each has its place. */
final class PropertiesReader {
    private PropertiesReader() {}

    static List<Value<String>> read(String file, String text, Findings findings) {
        List<Value<String>> entries = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Place place = new Place(file, i + 1);
            StringBuilder entry = new StringBuilder(lines.get(i));
            while (entry.toString().matches("(?s)[^#!].*[^\\\\](\\\\\\\\)*\\\\") && i + 1 < lines.size()) {
                entry.append('\n').append(lines.get(++i));
            }
            Properties properties = new Properties();
            try {
                properties.load(new StringReader(entry.toString()));
            } catch (IOException | IllegalArgumentException e) {
                findings.notChecked(place + ": this is no entry of a properties file");
            }
            for (String key : properties.stringPropertyNames()) {
                entries.add(Value.of(key, properties.getProperty(key), place));
            }
        }
        return entries;
    }
}
