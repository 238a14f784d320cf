package dev.quiesce.web.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads files: the properties file, line by line so that a mistake can be found, and those that keep a secret. */
final class FileSource {
    private static final int LARGEST_CONFIG = 1 << 20;
    private static final int LARGEST_SECRET = 1 << 12;
    private static final Map<String, Setting<?>> BY_KEY =
            Settings.ALL.stream().collect(Collectors.toUnmodifiableMap(Setting::key, Function.identity()));

    private FileSource() {}

    /** Returns what the file sets, or nothing if it cannot be read. */
    static Optional<Map<Setting<?>, Assignment>> read(Path file, String origin, Mistakes mistakes) {
        List<String> lines;
        try {
            lines = readText(file, LARGEST_CONFIG).lines().toList();
        } catch (IOException e) {
            mistakes.add("the properties file " + Mistakes.printable(file.toString()) + " (" + origin
                    + ") cannot be read: " + reason(file, e));
            return Optional.empty();
        }
        Map<Setting<?>, Assignment> found = new LinkedHashMap<>();
        for (int first = 0, next; first < lines.size(); first = next) {
            next = first + 1;
            if (isComment(lines.get(first))) {
                continue;
            }
            while (next < lines.size() && isContinued(lines.get(next - 1))) {
                next++;
            }
            readLine(
                    String.join("\n", lines.subList(first, next)),
                    Mistakes.printable(file.toString()) + ":" + (first + 1),
                    found,
                    mistakes);
        }
        return Optional.of(found);
    }

    /** Returns the secret that the file keeps, or nothing if it cannot be read. */
    static Optional<String> readSecret(Setting<?> setting, Path file, String origin, Mistakes mistakes) {
        String start = setting.key() + " = \"" + Mistakes.printable(file.toString()) + "\" (" + origin + "): ";
        try {
            String secret = readText(file, LARGEST_SECRET).replaceFirst("\\r?\\n\\z", "");
            if (secret.isEmpty()) {
                mistakes.add(start + "the file is empty, expected a password");
                return Optional.empty();
            }
            return Optional.of(secret);
        } catch (IOException e) {
            mistakes.add(start + "cannot be read: " + reason(file, e));
            return Optional.empty();
        }
    }

    private static String readText(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(most + 1);
            if (content.length > most) {
                throw new FileSystemException(file.toString(), null, "it has more than " + most + " bytes");
            }
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        }
    }

    /** Leaves the syntax of one entry to {@link Properties}, which does not tell lines apart. */
    private static void readLine(String entry, String origin, Map<Setting<?>, Assignment> found, Mistakes mistakes) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(entry));
        } catch (IOException | IllegalArgumentException e) {
            mistakes.add(origin + ": malformed \\u escape, expected four hexadecimal digits");
            return;
        }
        for (String key : properties.stringPropertyNames()) {
            Setting<?> setting = BY_KEY.get(key);
            if (setting == null) {
                mistakes.addUnknown(origin + ": unknown key", key, BY_KEY.keySet().stream());
                continue;
            }
            Assignment earlier = found.put(setting, new Assignment(properties.getProperty(key), origin));
            if (earlier != null) {
                mistakes.add(origin + ": " + key + " is set twice, first at " + earlier.origin());
            }
        }
    }

    private static boolean isComment(String line) {
        String start = line.stripLeading();
        return start.isEmpty() || start.startsWith("#") || start.startsWith("!");
    }

    private static boolean isContinued(String line) {
        int slashes = 0;
        while (slashes < line.length() && line.charAt(line.length() - 1 - slashes) == '\\') {
            slashes++;
        }
        return slashes % 2 == 1;
    }

    private static String reason(Path file, IOException failure) {
        if (Files.isDirectory(file)) {
            return "it is a folder";
        }
        if (failure instanceof NoSuchFileException) {
            return "no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof CharacterCodingException) {
            return "it is not UTF-8 text";
        }
        return failure instanceof FileSystemException problem && problem.getReason() != null
                ? problem.getReason()
                : failure.getClass().getSimpleName();
    }
}
