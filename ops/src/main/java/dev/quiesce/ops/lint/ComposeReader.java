package dev.quiesce.ops.lint;

import dev.quiesce.ops.process.ShellWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the services of a compose file. */
final class ComposeReader {
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

    private ComposeReader() {}

    static List<Workload> read(Yaml document, Findings findings) {
        List<Workload> workloads = new ArrayList<>();
        document.get("include")
                .ifPresent(include -> findings.notChecked(include.place() + ": what include names; give it as a file"));
        document.get("services")
                .ifPresent(services -> services.entries()
                        .forEach((name, service) -> workloads.add(workload(name, service, findings))));
        return workloads;
    }

    static boolean isCompose(Yaml document) {
        return document.get("services").map(Yaml::isMapping).orElse(false);
    }

    private static Workload workload(String name, Yaml service, Findings findings) {
        service.get("extends")
                .ifPresent(
                        other -> findings.notChecked(other.place() + ": what " + name + " takes from another service"));
        List<Value<String>> variables = new ArrayList<>();
        service.get("env_file").ifPresent(files -> readFiles(files, name, variables, findings));
        service.get("environment").ifPresent(environment -> variables.addAll(environment(environment)));
        List<Value<String>> words = new ArrayList<>();
        service.get("entrypoint").ifPresent(entry -> words.addAll(words(entry)));
        service.get("command").ifPresent(command -> words.addAll(words(command)));
        return new Workload(
                Workload.Platform.COMPOSE,
                name,
                service.place(),
                service.text("image").orElse(""),
                words,
                variables,
                grace(name, service, findings),
                Optional.empty(),
                replicas(service),
                Optional.empty(),
                ports(service));
    }

    private static Optional<Value<Duration>> grace(String name, Yaml service, Findings findings) {
        String key = "stop_grace_period";
        Optional<Yaml> set = service.get(key);
        if (set.isEmpty()) {
            return Optional.of(Value.byDefault(key, DEFAULT_GRACE, "10s", service.place()));
        }
        String text = set.get().text().orElse("");
        Optional<Duration> time = Times.GO.parse(text);
        if (time.isEmpty()) {
            findings.notChecked(key + " of " + name + ": " + set.get().place() + " has '"
                    + set.get().value().text()
                    + "', which is no time such as 10s or 1m30s");
        }
        return time.map(grace -> new Value<>(key, grace, text, set.get().place()));
    }

    /** Returns the words of a command, which may be a list or one text that compose divides itself. */
    static List<Value<String>> words(Yaml command) {
        if (command.text().isPresent()) {
            return ShellWords.of(command.text().get()).stream()
                    .map(word -> Value.of(command.name(), word, command.place()))
                    .toList();
        }
        return command.items().stream()
                .map(item -> Value.of(command.name(), item.text().orElse(""), item.place()))
                .toList();
    }

    private static List<Value<String>> environment(Yaml environment) {
        if (environment.isMapping()) {
            return environment.entries().entrySet().stream()
                    .filter(entry -> entry.getValue().text().isPresent())
                    .map(entry -> Value.of(
                            entry.getKey(),
                            entry.getValue().text().orElseThrow(),
                            entry.getValue().place()))
                    .toList();
        }
        return environment.items().stream()
                .filter(item -> item.text().orElse("").contains("="))
                .map(item -> assignment(item.text().orElseThrow(), item.place()))
                .toList();
    }

    static Value<String> assignment(String text, Place place) {
        int equals = text.indexOf('=');
        return Value.of(text.substring(0, equals), text.substring(equals + 1), place);
    }

    private static void readFiles(Yaml files, String name, List<Value<String>> into, Findings findings) {
        List<Yaml> all = files.text().isPresent() ? List.of(files) : files.items();
        for (Yaml each : all) {
            String path = each.text().or(() -> each.text("path")).orElse("");
            Path file = Path.of(each.place().file()).resolveSibling(path);
            readFile(file, each.place() + ": the environment of " + name + " in " + path, into, findings);
        }
    }

    /** Reads a file of variables, as compose and systemd have them, if it is there. */
    static void readFile(Path file, String what, List<Value<String>> into, Findings findings) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            findings.notChecked(what + ", which cannot be read here");
            return;
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.contains("=") && !line.startsWith("#")) {
                Value<String> assignment = assignment(line, new Place(file.toString(), i + 1));
                String value = assignment.value().replaceFirst("^([\"'])(.*)\\1$", "$2");
                into.add(Value.of(assignment.name().strip(), value, assignment.place()));
            }
        }
    }

    private static int replicas(Yaml service) {
        return service.text("deploy", "replicas")
                .or(() -> service.text("scale"))
                .filter(text -> text.matches("\\d{1,4}"))
                .map(Integer::valueOf)
                .orElse(1);
    }

    /** Returns the port of the host in {@code 127.0.0.1:3000:3000/tcp}, if one is named. */
    static Optional<String> published(String text) {
        String[] parts = text.replaceFirst("/\\w+$", "").split(":");
        return parts.length > 1 ? Optional.of(parts[parts.length - 2]) : Optional.empty();
    }

    private static List<String> ports(Yaml service) {
        List<String> ports = new ArrayList<>();
        service.get("ports")
                .ifPresent(all -> all.items().forEach(item -> {
                    item.text("published").ifPresent(ports::add);
                    item.text().flatMap(ComposeReader::published).ifPresent(ports::add);
                }));
        return ports;
    }
}
