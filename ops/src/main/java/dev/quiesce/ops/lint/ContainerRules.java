package dev.quiesce.ops.lint;

import dev.quiesce.ops.process.ShellWords;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether the process of a container gets the signal, and its memory has a limit that means something. */
final class ContainerRules {
    private static final Pattern EXEC = Pattern.compile("(?s)(.*[;&|\\s])?exec\\s.*");
    private static final List<String> SHELLS = List.of("sh", "bash", "ash", "dash");
    private static final List<String> HANDLED = List.of("TERM", "INT", "15", "2");

    private final Findings findings;

    ContainerRules(Findings findings) {
        this.findings = findings;
    }

    void checkSignal(Workload workload) {
        if (workload.words().size() < 2) {
            return;
        }
        Value<String> first = workload.words().get(0);
        int script = indexOf(workload.words(), "-c") + 1;
        boolean shell = isShell(first.value())
                && script > 0
                && script < workload.words().size();
        findings.expect(
                Rule.PROCESS_GETS_SIGNAL,
                !shell || EXEC.matcher(workload.words().get(script).value()).matches(),
                "the first process of " + workload.name()
                        + " is a shell, which does not pass SIGTERM on: the service is killed without a word",
                first.value().isEmpty() ? first : Value.of(first.name(), first.value() + " -c …", first.place()),
                workload.grace()
                        .<Value<?>>map(grace -> grace)
                        .orElse(Value.of(workload.name(), "killed at its end", workload.place())),
                "write the program itself as a list, [\"java\", \"-jar\", …], or begin the script's last line with exec;"
                        + " init: true does not help here");
    }

    void checkStopSignal(String name, Value<String> signal, Value<?> against) {
        String plain = signal.value().toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
        findings.expect(
                Rule.SIGNAL_HANDLED,
                HANDLED.contains(plain),
                name + " is told to stop by " + signal.text() + ", which it does not take for that: it is killed",
                signal,
                against,
                "use SIGTERM, the default");
    }

    void checkMemory(Yaml service) {
        Optional<Yaml> memory =
                service.get("mem_limit").or(() -> service.get("deploy", "resources", "limits", "memory"));
        if (memory.isEmpty()) {
            return;
        }
        checkMemory(
                memory.get().value(),
                service.get("memswap_limit").isPresent(),
                "memswap_limit",
                Value.of(service.name(), "a service", service.place()));
    }

    /**
     * Checks a limit.
     *
     * @param swap what the limit of memory and swap together is called
     * @param owner whose limit it is
     */
    void checkMemory(Value<String> limit, boolean hasSwap, String swap, Value<String> owner) {
        findings.expect(
                Rule.MEMORY_UNIT,
                !limit.value().matches("\\d{1,6}"),
                "the limit of " + owner.name() + " is " + limit.text()
                        + " bytes, since it has no unit; 6 MiB is the least",
                limit,
                owner,
                "write " + limit.text() + "m");
        findings.expect(
                Rule.SWAP_BOUNDED,
                hasSwap,
                owner.name() + " may take as much swap again as its memory limit, and slows down the whole host",
                limit,
                Value.missing(swap, owner.place()),
                "set " + swap + " as well, to " + limit.text() + " for no swap: it is memory and swap together");
    }

    void check(Dockerfile file) {
        file.entry().ifPresent(entry -> {
            findings.expect(
                    Rule.PROCESS_GETS_SIGNAL,
                    entry.value().startsWith("[") && !shellList(entry.value()),
                    "the first process of the container is a shell, which does not pass SIGTERM on:"
                            + " the service is killed without a word",
                    entry,
                    file.find("STOPSIGNAL").orElse(Value.of("STOPSIGNAL", "SIGTERM (default)", entry.place())),
                    "write it as a list: " + entry.name() + " [\"java\", \"-jar\", …]");
            file.find("STOPSIGNAL").ifPresent(signal -> checkStopSignal("the container", signal, entry));
        });
    }

    private static boolean shellList(String list) {
        List<String> words = ShellWords.of(list.replaceAll("[\\[\\],]", " "));
        return words.size() > 2
                && isShell(words.get(0))
                && words.contains("-c")
                && !EXEC.matcher(list.replace('"', ' ')).matches();
    }

    private static boolean isShell(String word) {
        return SHELLS.contains(word.substring(word.lastIndexOf('/') + 1));
    }

    private static int indexOf(List<Value<String>> words, String wanted) {
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).value().equals(wanted)) {
                return i;
            }
        }
        return -1;
    }
}
