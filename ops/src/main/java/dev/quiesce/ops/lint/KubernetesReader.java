package dev.quiesce.ops.lint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the containers of manifests of Kubernetes. */
final class KubernetesReader {
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);
    private static final Pattern SLEEP = Pattern.compile("(?:.*[\\s/])?sleep\\s+(\\d+(?:\\.\\d+)?)s?(\\s.*)?");
    private static final String CONFIG_MAP = "ConfigMap";

    /**
     * A container with what stands around it.
     *
     * @param manifest the whole object
     * @param pod the specification of its pod
     * @param container the container itself
     */
    record Pod(Yaml manifest, Yaml pod, Yaml container, Workload workload) {
        boolean isRolledOut() {
            return manifest.text("kind").orElse("").equals("Deployment");
        }
    }

    private final Map<String, Yaml> configMaps;
    private final Findings findings;

    /** Makes a reader that finds config maps among all manifests that are given. */
    KubernetesReader(List<Yaml> manifests, Findings findings) {
        this.findings = findings;
        this.configMaps = new java.util.HashMap<>();
        for (Yaml manifest : manifests) {
            if (manifest.text("kind").orElse("").equals(CONFIG_MAP)) {
                manifest.text("metadata", "name").ifPresent(name -> configMaps.put(name, manifest));
            }
        }
    }

    static boolean isManifest(Yaml document) {
        return document.get("apiVersion").isPresent() && document.get("kind").isPresent();
    }

    List<Pod> read(Yaml manifest) {
        Optional<Yaml> pod = switch (manifest.text("kind").orElse("")) {
            case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet" -> manifest.get("spec", "template", "spec");
            case "Pod" -> manifest.get("spec");
            default -> Optional.empty();
        };
        List<Pod> pods = new ArrayList<>();
        pod.flatMap(spec -> spec.get("containers"))
                .ifPresent(containers -> containers
                        .items()
                        .forEach(container -> pods.add(
                                new Pod(manifest, pod.get(), container, workload(manifest, pod.get(), container)))));
        return pods;
    }

    private Workload workload(Yaml manifest, Yaml pod, Yaml container) {
        String object = manifest.text("metadata", "name").orElse("(no name)");
        String own = container.text("name").orElse(object);
        String name = own.equals(object) ? object : object + "/" + own;
        List<Value<String>> words = new ArrayList<>();
        container.get("command").ifPresent(command -> words.addAll(ComposeReader.words(command)));
        container.get("args").ifPresent(arguments -> words.addAll(ComposeReader.words(arguments)));
        int instances = number(manifest, 1, "spec", "replicas");
        return new Workload(
                Workload.Platform.KUBERNETES,
                name,
                container.place(),
                container.text("image").orElse(""),
                words,
                variables(container, name),
                grace(pod),
                preStop(container, name),
                instances,
                Optional.of(surge(manifest, instances)),
                List.of());
    }

    private static Optional<Value<Duration>> grace(Yaml pod) {
        String key = "terminationGracePeriodSeconds";
        Optional<Yaml> set = pod.get(key);
        if (set.isEmpty()) {
            return Optional.of(Value.byDefault(key, DEFAULT_GRACE, "30", pod.place()));
        }
        return set.flatMap(Yaml::text)
                .filter(text -> text.matches("\\d{1,9}"))
                .map(text -> new Value<>(
                        key,
                        Duration.ofSeconds(Long.parseLong(text)),
                        text,
                        set.get().place()));
    }

    private Optional<Value<Duration>> preStop(Yaml container, String name) {
        Optional<Yaml> hook = container.get("lifecycle", "preStop");
        if (hook.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> seconds = hook.get()
                .text("sleep", "seconds")
                .or(() -> hook.get()
                        .get("exec", "command")
                        .map(command -> String.join(
                                " ",
                                ComposeReader.words(command).stream()
                                        .map(Value::value)
                                        .toList()))
                        .map(SLEEP::matcher)
                        .filter(Matcher::matches)
                        .map(sleep -> sleep.group(1)));
        Optional<Duration> time = seconds.flatMap(text -> Times.SYSTEMD.parse(text));
        if (time.isEmpty()) {
            findings.notChecked(hook.get().place() + ": how long preStop of " + name + " takes");
        }
        return time.map(length -> new Value<>(
                "preStop", length, "sleep " + seconds.get(), hook.get().place()));
    }

    private List<Value<String>> variables(Yaml container, String name) {
        List<Value<String>> variables = new ArrayList<>();
        container
                .get("envFrom")
                .ifPresent(sources -> sources.items().forEach(source -> {
                    Optional<String> map = source.text("configMapRef", "name");
                    Optional<Yaml> data = map.map(configMaps::get).flatMap(found -> found.get("data"));
                    if (data.isEmpty()) {
                        findings.notChecked(source.place() + ": the environment of " + name + " from "
                                + map.map(each -> "config map " + each).orElse("a secret"));
                    }
                    data.ifPresent(entries -> entries.entries()
                            .forEach((key, value) ->
                                    value.text().ifPresent(text -> variables.add(Value.of(key, text, value.place())))));
                }));
        container
                .get("env")
                .ifPresent(all -> all.items().forEach(item -> {
                    String key = item.text("name").orElse("");
                    Optional<Yaml> value = item.get("value");
                    if (value.isPresent()) {
                        variables.add(Value.of(
                                key, value.get().text().orElse(""), value.get().place()));
                    } else if (key.startsWith(SettingTable.PREFIX)
                            && SettingTable.ofVariable(key)
                                    .map(SettingTable.Setting::isBudget)
                                    .orElse(true)) {
                        findings.notChecked(item.place() + ": " + key + " of " + name + ", which comes from elsewhere");
                    }
                }));
        return variables;
    }

    private static int surge(Yaml manifest, int instances) {
        if (!manifest.text("kind").orElse("").equals("Deployment")
                || manifest.text("spec", "strategy", "type").orElse("").equals("Recreate")) {
            return 0;
        }
        String surge =
                manifest.text("spec", "strategy", "rollingUpdate", "maxSurge").orElse("25%");
        return amount(surge, instances, true);
    }

    /** Returns a number of pods that may be written as a share of all. */
    static int amount(String text, int instances, boolean up) {
        if (text.matches("\\d{1,4}%")) {
            int parts = Integer.parseInt(text.substring(0, text.length() - 1)) * instances;
            return (parts + (up ? 99 : 0)) / 100;
        }
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
    }

    private static int number(Yaml manifest, int standard, String... path) {
        return manifest.text(path)
                .filter(text -> text.matches("\\d{1,6}"))
                .map(Integer::valueOf)
                .orElse(standard);
    }
}
