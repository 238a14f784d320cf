package dev.quiesce.ops.plan;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import dev.quiesce.ops.docker.Cgroup;
import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Docker;
import dev.quiesce.ops.docker.Engine;
import dev.quiesce.ops.docker.Limits;
import dev.quiesce.ops.process.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Gives running containers other limits, and reads back what Docker and the kernel have. */
final class Limiter {
    private final Docker docker;
    private final Engine engine;
    private final Output output;

    Limiter(Docker docker, Engine engine, Output output) {
        this.docker = docker;
        this.engine = engine;
        this.output = output;
    }

    /**
     * Applies the changes in their order.
     *
     * @return what was read back, a sentence for each container
     * @throws OpsException if Docker refuses one: those before it are done, and how to undo them is said; or if Docker or the kernel has
     *     something else afterwards
     */
    List<String> apply(List<Change> changes) throws InterruptedException {
        List<Change> done = new ArrayList<>();
        for (Change change : changes) {
            output.progress(change.command());
            List<String> arguments = new ArrayList<>(List.of("update"));
            arguments.addAll(change.options());
            Program.Result result = docker.run(arguments.toArray(String[]::new));
            if (!result.isOk()) {
                throw new OpsException(
                        ExitCode.REFUSED,
                        "docker update of " + change.name() + " is refused: " + result.said()
                                + "\nthe kernel may have taken a part of it all the same" + undo(done));
            }
            done.add(change);
        }
        return readBack(changes);
    }

    private String undo(List<Change> done) {
        if (done.isEmpty()) {
            return "; no container before it was changed";
        }
        List<Change> undo = done.stream()
                .map(change -> change.undo(engine.memory(), engine.cpus()))
                .toList();
        return "; undo what was changed before it by:\n"
                + Change.ordered(undo).stream().map(Change::command).collect(Collectors.joining("\n"));
    }

    private List<String> readBack(List<Change> changes) throws InterruptedException {
        Map<String, Container> containers =
                docker.inspect(changes.stream().map(Change::name).toList());
        Cgroup kernel = new Cgroup(engine);
        List<String> said = new ArrayList<>();
        List<String> differences = new ArrayList<>();
        for (Change change : changes) {
            Container container = containers.get(change.name());
            if (container == null) {
                differences.add(change.name() + " is gone");
                continue;
            }
            inDocker(container, change).forEach(what -> differences.add(change.name() + ": " + what));
            if (!container.isRunning()) {
                said.add(change.name() + ": Docker has the limits; it does not run, so the kernel has none");
                continue;
            }
            Optional<List<String>> inKernel = kernel.differences(container, change.target());
            inKernel.ifPresent(found -> found.forEach(what -> differences.add(change.name() + ": " + what)));
            said.add(change.name() + ": "
                    + (inKernel.isPresent()
                            ? "Docker and the kernel have the limits"
                            : "Docker has the limits; the kernel's cannot be read, is the engine on another machine?"));
        }
        if (!differences.isEmpty()) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    "read back, and not as it should be:\n  " + String.join("\n  ", differences)
                            + "\nlook who else changes limits, and run this again");
        }
        return said;
    }

    private List<String> inDocker(Container container, Change change) {
        Limits wanted = change.target();
        Limits actual = container.limits();
        List<String> found = new ArrayList<>();
        compare("memory", actual.memory(), wanted.memory(), found);
        if (engine.limitsSwap()) {
            compare("memory-swap", actual.memorySwap(), wanted.memorySwap(), found);
        }
        if (change.quotaPeriod() == 0) {
            compare("nano CPUs", actual.nanoCpus(), wanted.nanoCpus(), found);
        } else {
            compare("cpu-quota", container.cpuQuota(), Change.quota(wanted, change.quotaPeriod()), found);
        }
        compare("cpu-shares", actual.shares(), wanted.shares(), found);
        compare("pids-limit", actual.pids(), wanted.pids(), found);
        return found;
    }

    private static void compare(String what, long actual, long wanted, List<String> found) {
        if (actual != wanted) {
            found.add("Docker has " + what + " " + actual + ", not " + wanted);
        }
    }
}
