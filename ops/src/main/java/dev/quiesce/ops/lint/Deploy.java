package dev.quiesce.ops.lint;

import dev.quiesce.ops.deploy.DeployFile;
import dev.quiesce.ops.docker.CommandOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file of {@code deploy}, with the places of its settings. Immutable.
 *
 * @param name the file as it was named
 * @param entries its settings as they stand there
 */
record Deploy(String name, DeployFile file, List<Value<String>> entries) {
    static final String STOP_TIMEOUT = "stop.timeout";
    static final String RUN_OPTIONS = "run.options";

    static Deploy read(String name, String text, Findings findings) {
        return new Deploy(name, DeployFile.read(Path.of(name)), PropertiesReader.read(name, text, findings));
    }

    Optional<Value<String>> find(String key) {
        return entries.stream().filter(entry -> entry.name().equals(key)).reduce((earlier, later) -> later);
    }

    Place place(String key) {
        return find(key).map(Value::place).orElse(new Place(name, 1));
    }

    /** Returns a time as it is shown: as it is written, or as the default. */
    Value<Duration> time(String key, Duration time) {
        return find(key)
                .map(entry -> new Value<>(key, time, entry.value(), entry.place()))
                .orElse(Value.byDefault(key, time, time.toSeconds() + "s", place(key)));
    }

    Value<Duration> stopTimeout() {
        return time(STOP_TIMEOUT, file.stopTimeout());
    }

    /** Returns the containers that run during a deploy; none if the file has mistakes, as it starts none then. */
    List<Workload> workloads(Findings findings) {
        if (!file.mistakes().isEmpty()) {
            findings.notChecked(name + ": its time limits, until deploy takes the file");
            return List.of();
        }
        return file.instances().stream()
                .map(instance -> workload(instance, findings))
                .toList();
    }

    private Workload workload(DeployFile.Instance instance, Findings findings) {
        Place place = place(RUN_OPTIONS);
        CommandOptions options = CommandOptions.read(instance.options());
        List<Value<String>> variables = new ArrayList<>();
        for (String path : options.all("env-file")) {
            ComposeReader.readFile(
                    Path.of(path),
                    place + ": the environment of " + instance.name() + " in " + path,
                    variables,
                    findings);
        }
        for (String variable : options.all("env")) {
            if (variable.contains("=")) {
                variables.add(ComposeReader.assignment(variable, place));
            }
        }
        Place command = place("run.command");
        return new Workload(
                Workload.Platform.DEPLOY,
                instance.name(),
                place,
                "",
                instance.command().stream()
                        .map(word -> Value.of("run.command", word, command))
                        .toList(),
                variables,
                Optional.of(stopTimeout()),
                Optional.empty(),
                1,
                Optional.empty(),
                options.all("publish").stream()
                        .map(ComposeReader::published)
                        .flatMap(Optional::stream)
                        .toList());
    }
}
