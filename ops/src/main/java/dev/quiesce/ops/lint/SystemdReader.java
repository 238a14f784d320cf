package dev.quiesce.ops.lint;

import dev.quiesce.ops.process.ShellWords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads units of systemd. */
final class SystemdReader {
    static final String SERVICE = "Service";
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(90);

    private SystemdReader() {}

    static Workload read(IniFile unit, Findings findings) {
        String name = Path.of(unit.file()).getFileName().toString().replaceFirst("\\.service$", "");
        List<Value<String>> variables = new ArrayList<>();
        for (IniFile.Entry entry : unit.all(SERVICE, "Environment")) {
            for (String word : ShellWords.of(entry.value())) {
                if (word.contains("=")) {
                    variables.add(ComposeReader.assignment(word, entry.place()));
                }
            }
        }
        for (IniFile.Entry entry : unit.all(SERVICE, "EnvironmentFile")) {
            Path file = Path.of(entry.value().replaceFirst("^-", ""));
            ComposeReader.readFile(
                    file, entry.place() + ": the environment of " + name + " in " + file, variables, findings);
        }
        List<Value<String>> words = new ArrayList<>();
        unit.find(SERVICE, "ExecStart")
                .ifPresent(entry -> ShellWords.of(entry.value())
                        .forEach(word -> words.add(Value.of("ExecStart", word, entry.place()))));
        return new Workload(
                Workload.Platform.SYSTEMD,
                name,
                unit.place(SERVICE),
                "",
                words,
                variables,
                timeout(unit, "TimeoutStopSec", findings),
                Optional.empty(),
                1,
                Optional.empty(),
                List.of());
    }

    /** Returns a timeout of a unit, which {@code TimeoutSec} may set as well. */
    static Optional<Value<Duration>> timeout(IniFile unit, String key, Findings findings) {
        Optional<IniFile.Entry> set = unit.entries().stream()
                .filter(entry ->
                        entry.section().equals(SERVICE) && !entry.value().isEmpty())
                .filter(entry -> entry.key().equals(key) || entry.key().equals("TimeoutSec"))
                .reduce((earlier, later) -> later);
        if (set.isEmpty()) {
            return Optional.of(Value.byDefault(key, DEFAULT_TIMEOUT, "90s", unit.place(SERVICE)));
        }
        IniFile.Entry entry = set.get();
        // 0 stands for no limit, as infinity does.
        Optional<Duration> time = Times.SYSTEMD.parse(entry.value()).map(each -> each.isZero() ? Times.FOREVER : each);
        if (time.isEmpty()) {
            findings.notChecked(
                    entry.place() + ": " + entry.key() + "=" + entry.shown().text() + " is no time such as 30s");
        }
        return time.map(each -> new Value<>(entry.key(), each, entry.value(), entry.place()));
    }
}
