package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@link DeployConfig} and checks it whole: every mistake is in one message. Not safe for use by several threads. */
final class DeployConfigFile {
    private static final Set<String> KEYS = Set.of(
            "service",
            "run.options",
            "run.command",
            "ready.url",
            "ready.timeout",
            "warm.url",
            "warm.requests",
            "upstream.file",
            "upstream.content",
            "nginx.command",
            "nginx.pid",
            "nginx.container",
            "switch.timeout",
            "stop.timeout",
            "state.folder",
            "probe.url",
            "probe.per-second");
    private static final Set<String> KNOWN_PLACES = Set.of("colour", "service", "image");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z][a-z0-9-]*)}");
    private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,5})(ms|s|m)");
    private static final Pattern SERVICE = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    private final Path file;
    private final Properties properties = new Properties();
    private final Map<Colour, Map<String, String>> values = new EnumMap<>(Colour.class);
    private final List<String> mistakes = new ArrayList<>();

    private DeployConfigFile(Path file) {
        this.file = file;
        for (Colour colour : Colour.values()) {
            values.put(colour, new TreeMap<>());
        }
    }

    /**
     * Reads a file.
     *
     * @throws OpsException if it cannot be read, or has mistakes, all of which the message names
     */
    static DeployConfig read(Path file) {
        return new DeployConfigFile(file).read();
    }

    private DeployConfig read() {
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE, file + " cannot be read (" + e + "): it says how the service is deployed", e);
        }
        sort();
        String service = required("service");
        if (!service.isEmpty() && !SERVICE.matcher(service).matches()) {
            mistakes.add("service = \"" + service
                    + "\": containers are called after it, so letters, digits, _ . and - only");
        }
        String ready = url("ready.url", required("ready.url"));
        String upstream = required("upstream.content");
        @Nullable String container = properties.getProperty("nginx.container");
        if (container != null && properties.containsKey("nginx.pid")) {
            mistakes.add("nginx.pid and nginx.container exclude each other: the second is for an nginx in a container");
        }
        @Nullable String probe = properties.getProperty("probe.url");
        DeployConfig config = new DeployConfig(
                service,
                words("run.options"),
                words("run.command"),
                Map.copyOf(values),
                ready,
                duration("ready.timeout", "60s"),
                properties.containsKey("warm.url") ? url("warm.url", text("warm.url", "")) : ready,
                number("warm.requests", 20, 0, 100_000),
                Path.of(required("upstream.file")).toAbsolutePath(),
                upstream,
                container == null
                        ? split(text("nginx.command", "nginx"))
                        : List.of("docker", "exec", container, "nginx"),
                container == null ? Path.of(text("nginx.pid", "/run/nginx.pid")) : null,
                container,
                duration("switch.timeout", "60s"),
                duration("stop.timeout", "30s"),
                Path.of(text("state.folder", "/var/lib/quiesce/" + service)).toAbsolutePath(),
                probe == null ? null : url("probe.url", probe),
                number("probe.per-second", 20, 1, 1000));
        checkPlaces();
        checkThatColoursDiffer(config);
        checkRunOptions(config.runOptions());
        if (!mistakes.isEmpty()) {
            throw new OpsException(
                    ExitCode.USAGE,
                    file + " has " + mistakes.size() + (mistakes.size() == 1 ? " mistake" : " mistakes")
                            + "; nothing has been done:\n  - " + String.join("\n  - ", mistakes));
        }
        return config;
    }

    private void sort() {
        for (String key : properties.stringPropertyNames().stream().sorted().toList()) {
            boolean known = KEYS.contains(key);
            for (Colour colour : Colour.values()) {
                if (key.startsWith(colour + ".")) {
                    known = true;
                    values.get(colour)
                            .put(
                                    key.substring(key.indexOf('.') + 1),
                                    properties.getProperty(key).strip());
                }
            }
            if (!known) {
                mistakes.add(key + " is not known; known are "
                        + String.join(", ", KEYS.stream().sorted().toList()) + ", and blue.NAME and green.NAME");
            }
        }
    }

    private void checkPlaces() {
        Set<String> blue = values.get(Colour.BLUE).keySet();
        Set<String> green = values.get(Colour.GREEN).keySet();
        for (Colour colour : Colour.values()) {
            for (String name : values.get(colour.other()).keySet()) {
                if (!values.get(colour).containsKey(name)) {
                    mistakes.add(colour + "." + name + " is missing: " + colour.other() + "." + name + " is there");
                }
            }
        }
        for (String key : List.of("run.options", "run.command", "ready.url", "warm.url", "upstream.content")) {
            Matcher matcher = PLACE.matcher(text(key, ""));
            while (matcher.find()) {
                String name = matcher.group(1);
                if (!KNOWN_PLACES.contains(name) && !blue.contains(name) && !green.contains(name)) {
                    mistakes.add(key + " has {" + name + "}, but there is neither blue." + name + " nor green." + name);
                }
            }
        }
        for (Map.Entry<String, String> value : values.get(Colour.BLUE).entrySet()) {
            if (value.getValue().equals(values.get(Colour.GREEN).get(value.getKey()))) {
                mistakes.add("blue." + value.getKey() + " and green." + value.getKey() + " are the same ("
                        + value.getValue() + "): two versions cannot share it");
            }
        }
    }

    private void checkThatColoursDiffer(DeployConfig config) {
        if (config.upstream(Colour.BLUE).equals(config.upstream(Colour.GREEN))) {
            mistakes.add("upstream.content says the same for both colours: put a place such as {port} into it");
        }
        if (config.readyUrl(Colour.BLUE).equals(config.readyUrl(Colour.GREEN))) {
            mistakes.add(
                    "ready.url is the same for both colours, so the old version would answer for the new one: put a place"
                            + " such as {port} into it");
        }
        if (properties.containsKey("warm.url") && config.warmUrl(Colour.BLUE).equals(config.warmUrl(Colour.GREEN))) {
            mistakes.add("warm.url is the same for both colours: put a place such as {port} into it");
        }
        for (String key : List.of("ready.url", "warm.url", "upstream.content")) {
            if (text(key, "").contains("{image}")) {
                mistakes.add(key + " has {image}, which only run.options and run.command may have");
            }
        }
    }

    /** What would start an old version again, or take its container away, or is ours to say. */
    private void checkRunOptions(List<String> options) {
        for (int i = 0; i < options.size(); i++) {
            String option = options.get(i);
            String value = i + 1 < options.size() ? options.get(i + 1) : "";
            if (option.equals("--restart=always") || option.equals("--restart") && value.equals("always")) {
                mistakes.add("run.options has --restart always, which starts old versions again after a reboot: use"
                        + " unless-stopped");
            } else if (List.of("--rm", "--name", "-d", "--detach").contains(option) || option.startsWith("--name=")) {
                mistakes.add("run.options has " + option + ", which a deploy decides itself");
            }
        }
    }

    private String required(String key) {
        String value = text(key, "");
        if (value.isEmpty()) {
            mistakes.add(key + " is missing");
        }
        return value;
    }

    private String text(String key, String otherwise) {
        return properties.getProperty(key, otherwise).strip();
    }

    private List<String> words(String key) {
        return split(text(key, ""));
    }

    private static List<String> split(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    private Duration duration(String key, String otherwise) {
        Matcher matcher = DURATION.matcher(text(key, otherwise));
        if (!matcher.matches()) {
            mistakes.add(key + " = \"" + text(key, otherwise) + "\": expected a time such as 500ms, 60s or 2m");
            return Duration.ZERO;
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
        };
    }

    private int number(String key, int otherwise, int least, int most) {
        String text = text(key, Integer.toString(otherwise));
        if (text.matches("\\d{1,9}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= most) {
            return Integer.parseInt(text);
        }
        mistakes.add(key + " = \"" + text + "\": expected a number from " + least + " to " + most);
        return otherwise;
    }

    private String url(String key, String text) {
        boolean sound = text.isEmpty();
        try {
            URI uri = URI.create(PLACE.matcher(text).replaceAll("1"));
            sound |= ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null;
        } catch (IllegalArgumentException e) {
            sound = false;
        }
        if (!sound) {
            mistakes.add(key + " = \"" + text + "\": expected an address such as http://127.0.0.1:{port}/");
        }
        return text;
    }
}
