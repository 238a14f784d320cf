package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Secrets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
            "upstream.socket",
            "upstream.target",
            "nginx.command",
            "nginx.pid",
            "nginx.container",
            "switch.timeout",
            "switch.longest-request",
            "stop.timeout",
            "state.folder",
            "probe.url",
            "probe.per-second");
    private static final Set<String> KNOWN_PLACES = Set.of("colour", "service", "image");
    private static final Pattern SERVICE = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    /** Who connects has to give the whole path, of which Linux allows 107 bytes. */
    private static final int LONGEST_SOCKET = 107;

    private final SettingsFile settings;
    private final Map<Colour, Map<String, String>> values = new EnumMap<>(Colour.class);

    private DeployConfigFile(SettingsFile settings) {
        this.settings = settings;
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
        return of(SettingsFile.read(file));
    }

    /**
     * Reads settings.
     *
     * @throws OpsException if they have mistakes, all of which the message names
     */
    static DeployConfig of(SettingsFile settings) {
        DeployConfig config = draft(settings);
        settings.refuseMistakes();
        return config;
    }

    /** Reads settings whose mistakes, if any, are left in them. */
    static DeployConfig draft(SettingsFile settings) {
        return new DeployConfigFile(settings).read();
    }

    private DeployConfig read() {
        sort();
        String service = service(settings);
        String ready = settings.url("ready.url", settings.required("ready.url"));
        @Nullable String warm = settings.url("warm.url");
        boolean inContainer = settings.has("nginx.container");
        if (inContainer && settings.has("nginx.pid")) {
            settings.mistake(
                    "nginx.pid and nginx.container exclude each other: the second is for an nginx in a container");
        }
        String container = settings.text("nginx.container", "");
        List<String> nginx = nginxCommand();
        DeployConfig config = new DeployConfig(
                service,
                settings.words("run.options", ""),
                settings.words("run.command", ""),
                Map.copyOf(values),
                ready,
                settings.duration("ready.timeout", "60s"),
                warm == null ? ready : warm,
                settings.number("warm.requests", 20, 0, 100_000),
                switching(),
                inContainer ? inContainer(container, nginx) : nginx,
                inContainer ? null : Path.of(settings.text("nginx.pid", "/run/nginx.pid")),
                inContainer ? container : null,
                settings.duration("switch.timeout", "60s"),
                settings.duration("stop.timeout", "30s"),
                stateFolder(settings, service),
                settings.url("probe.url"),
                settings.number("probe.per-second", 20, 1, 1000));
        checkPlaces();
        checkThatColoursDiffer(config);
        checkRunOptions(config.runOptions());
        return config;
    }

    static String service(SettingsFile settings) {
        String service = settings.required("service");
        if (!service.isEmpty() && !SERVICE.matcher(service).matches()) {
            settings.mistake("service = \"" + service
                    + "\": containers are called after it, so letters, digits, _ . and - only");
        }
        return service;
    }

    static Path stateFolder(SettingsFile settings, String service) {
        return Path.of(settings.text("state.folder", "/var/lib/quiesce/" + service))
                .toAbsolutePath();
    }

    private List<String> nginxCommand() {
        List<String> command = settings.words("nginx.command", "nginx");
        if (command.isEmpty()) {
            settings.mistake("nginx.command is empty: leave it out for nginx, or say how nginx is called, such as"
                    + " nginx -p /run/nginx -c /etc/nginx/nginx.conf");
        } else if (settings.has("nginx.container") && command.get(0).equals("docker")) {
            settings.mistake(
                    "nginx.command begins with docker, but nginx.container has it run in the container already:"
                            + " begin with nginx");
        }
        return command;
    }

    private static List<String> inContainer(String container, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("docker", "exec", container));
        whole.addAll(command);
        return List.copyOf(whole);
    }

    private Switch switching() {
        if (settings.has("upstream.socket")) {
            for (String key : List.of("upstream.file", "upstream.content", "switch.longest-request")) {
                if (settings.has(key)) {
                    settings.mistake(key + " and upstream.socket exclude each other: the second needs no reload");
                }
            }
            return socket(Path.of(settings.text("upstream.socket", "")).toAbsolutePath());
        }
        return new Switch.Reload(
                Path.of(settings.required("upstream.file")).toAbsolutePath(),
                settings.required("upstream.content"),
                settings.has("switch.longest-request") ? settings.duration("switch.longest-request", "") : null);
    }

    private Switch.Socket socket(Path path) {
        if (path.startsWith("/run") || path.startsWith("/var/run")) {
            settings.mistake("upstream.socket = \"" + path
                    + "\": a reboot empties /run, and nobody would know then which version serves. Use a folder such as"
                    + " /var/lib/quiesce/SERVICE");
        }
        if (path.toString().length() > LONGEST_SOCKET) {
            settings.mistake("upstream.socket = \"" + path + "\": Linux allows " + LONGEST_SOCKET + " bytes");
        }
        return new Switch.Socket(path, settings.text("upstream.target", "{colour}.sock"));
    }

    private void sort() {
        for (String key : settings.keys()) {
            boolean known = KEYS.contains(key);
            for (Colour colour : Colour.values()) {
                if (key.startsWith(colour + ".")) {
                    known = true;
                    values.get(colour).put(key.substring(key.indexOf('.') + 1), settings.text(key, ""));
                }
            }
            if (!known) {
                settings.refuseUnknown(key, KEYS, ", and blue.NAME and green.NAME");
            }
        }
    }

    private void checkPlaces() {
        Set<String> blue = values.get(Colour.BLUE).keySet();
        Set<String> green = values.get(Colour.GREEN).keySet();
        for (Colour colour : Colour.values()) {
            for (String name : values.get(colour.other()).keySet()) {
                if (!values.get(colour).containsKey(name)) {
                    settings.mistake(colour + "." + name + " is missing: " + colour.other() + "." + name + " is there");
                }
            }
        }
        for (String key :
                List.of("run.options", "run.command", "ready.url", "warm.url", "upstream.content", "upstream.target")) {
            Matcher matcher = SettingsFile.PLACE.matcher(settings.text(key, ""));
            while (matcher.find()) {
                String name = matcher.group(1);
                if (!KNOWN_PLACES.contains(name) && !blue.contains(name) && !green.contains(name)) {
                    settings.mistake(
                            key + " has {" + name + "}, but there is neither blue." + name + " nor green." + name);
                }
            }
        }
        for (Map.Entry<String, String> value : values.get(Colour.BLUE).entrySet()) {
            if (value.getValue().equals(values.get(Colour.GREEN).get(value.getKey()))) {
                settings.mistake("blue." + value.getKey() + " and green." + value.getKey() + " are the same ("
                        + Secrets.masked(value.getKey(), value.getValue()) + "): two versions cannot share it");
            }
        }
    }

    private void checkThatColoursDiffer(DeployConfig config) {
        if (config.switching() instanceof Switch.Socket) {
            if (config.socket(Colour.BLUE).equals(config.socket(Colour.GREEN))) {
                settings.mistake("upstream.target is the same for both colours: put a place such as {colour} into it");
            }
        } else if (config.upstream(Colour.BLUE).equals(config.upstream(Colour.GREEN))) {
            settings.mistake("upstream.content says the same for both colours: put a place such as {port} into it");
        }
        if (config.readyUrl(Colour.BLUE).equals(config.readyUrl(Colour.GREEN))) {
            settings.mistake(
                    "ready.url is the same for both colours, so the old version would answer for the new one: put a place"
                            + " such as {port} into it");
        }
        if (settings.has("warm.url") && config.warmUrl(Colour.BLUE).equals(config.warmUrl(Colour.GREEN))) {
            settings.mistake("warm.url is the same for both colours: put a place such as {port} into it");
        }
        for (String key : List.of("ready.url", "warm.url", "upstream.content", "upstream.target")) {
            if (settings.text(key, "").contains("{image}")) {
                settings.mistake(key + " has {image}, which only run.options and run.command may have");
            }
        }
    }

    /** What would start an old version again, or take its container away, or is ours to say. */
    private void checkRunOptions(List<String> options) {
        for (int i = 0; i < options.size(); i++) {
            String option = options.get(i);
            String value = i + 1 < options.size() ? options.get(i + 1) : "";
            if (option.equals("--restart=always") || option.equals("--restart") && value.equals("always")) {
                settings.mistake("run.options has --restart always, which starts old versions again after a reboot: use"
                        + " unless-stopped");
            } else if (List.of("--rm", "--name", "-d", "--detach").contains(option) || option.startsWith("--name=")) {
                settings.mistake("run.options has " + option + ", which a deploy decides itself");
            }
        }
    }
}
