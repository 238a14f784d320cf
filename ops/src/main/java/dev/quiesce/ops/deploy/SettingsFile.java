package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Secrets;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A properties file, read setting by setting; what is wrong with any of them is gathered for one message. Not thread-safe. */
final class SettingsFile {
    /** What stands for something else, such as <code>{port}</code>. */
    static final Pattern PLACE = Pattern.compile("\\{([a-z][a-z0-9-]*)}");

    private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,5})(ms|s|m)");

    private final Path file;
    private final Properties properties = new Properties();
    private final List<String> mistakes = new ArrayList<>();

    private SettingsFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @throws OpsException if it cannot be read
     */
    static SettingsFile read(Path file) {
        SettingsFile settings = new SettingsFile(file);
        try (Reader reader = Files.newBufferedReader(file)) {
            settings.properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE, file + " cannot be read (" + e + "): it says how the service is deployed", e);
        }
        return settings;
    }

    void mistake(String what) {
        mistakes.add(what);
    }

    /** Returns the mistakes so far, each with the setting that it begins with. */
    List<DeployFile.Mistake> mistakes() {
        return mistakes.stream()
                .map(what -> new DeployFile.Mistake(what.split(" ", 2)[0], what))
                .toList();
    }

    /**
     * Ends the reading.
     *
     * @throws OpsException if there are mistakes, all of which the message names
     */
    void refuseMistakes() {
        if (!mistakes.isEmpty()) {
            throw new OpsException(
                    ExitCode.USAGE,
                    file + " has " + mistakes.size() + (mistakes.size() == 1 ? " mistake" : " mistakes")
                            + "; nothing has been done:\n  - " + String.join("\n  - ", mistakes));
        }
    }

    List<String> keys() {
        return properties.stringPropertyNames().stream().sorted().toList();
    }

    boolean has(String key) {
        return properties.containsKey(key);
    }

    void refuseUnknown(String key, Set<String> known, String beside) {
        mistakes.add(key + " is not known; known are "
                + String.join(", ", known.stream().sorted().toList()) + beside);
    }

    String required(String key) {
        String value = text(key, "");
        if (value.isEmpty()) {
            mistakes.add(key + " is missing");
        }
        return value;
    }

    String text(String key, String otherwise) {
        return properties.getProperty(key, otherwise).strip();
    }

    private static String shown(String key, String text) {
        return key + " = \"" + Secrets.masked(key, text) + '"';
    }

    List<String> words(String key, String otherwise) {
        String text = text(key, otherwise);
        return text.isBlank() ? List.of() : List.of(text.split("\\s+"));
    }

    Duration duration(String key, String otherwise) {
        Matcher matcher = DURATION.matcher(text(key, otherwise));
        if (!matcher.matches()) {
            mistakes.add(shown(key, text(key, otherwise)) + ": expected a time such as 500ms, 60s or 2m");
            return Duration.ZERO;
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
        };
    }

    int number(String key, int otherwise, int least, int most) {
        String text = text(key, Integer.toString(otherwise));
        if (text.matches("\\d{1,9}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= most) {
            return Integer.parseInt(text);
        }
        mistakes.add(shown(key, text) + ": expected a number from " + least + " to " + most);
        return otherwise;
    }

    /** Returns an address, or nothing if there is no such setting. */
    @Nullable
    String url(String key) {
        return has(key) ? url(key, text(key, "")) : null;
    }

    String url(String key, String text) {
        boolean sound = text.isEmpty();
        try {
            URI uri = URI.create(PLACE.matcher(text).replaceAll("1"));
            sound |= ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null;
        } catch (IllegalArgumentException e) {
            sound = false;
        }
        if (!sound) {
            mistakes.add(shown(key, text) + ": expected an address such as http://127.0.0.1:{port}/");
        }
        return text;
    }
}
