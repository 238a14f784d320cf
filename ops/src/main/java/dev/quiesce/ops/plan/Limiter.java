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

    /**
     * What has become of changes that do not depend on each other.
     *
     * @param said what was read back, a sentence for each container that has its limits
     * @param gone containers that do not exist any more
     * @param failures what was refused or reads back otherwise, with its container
     */
    record Outcome(List<String> said, List<String> gone, List<String> failures) {}

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
            Program.Result result = update(change);
            if (!result.isOk()) {
                throw new OpsException(ExitCode.REFUSED, refusal(change, result) + undo(done));
            }
            done.add(change);
        }
        Outcome outcome = readBack(changes);
        List<String> differences = new ArrayList<>(outcome.failures());
        outcome.gone().forEach(name -> differences.add(name + " is gone"));
        if (!differences.isEmpty()) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    "read back, and not as it should be:\n  " + String.join("\n  ", differences)
                            + "\nlook who else changes limits, and run this again");
        }
        return outcome.said();
    }

    /** Applies all changes that can be, in their order: one that is refused keeps none of the others from it. */
    Outcome applyEach(List<Change> changes) throws InterruptedException {
        List<Change> done = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Change change : changes) {
            Program.Result result = update(change);
            if (result.isOk()) {
                done.add(change);
            } else if (result.err().contains("No such container")) {
                gone.add(change.name());
            } else {
                failures.add(refusal(change, result));
            }
        }
        Outcome outcome = readBack(done);
        gone.addAll(outcome.gone());
        failures.addAll(outcome.failures());
        return new Outcome(outcome.said(), List.copyOf(gone), List.copyOf(failures));
    }

    private Program.Result update(Change change) throws InterruptedException {
        output.progress(change.command());
        List<String> arguments = new ArrayList<>(List.of("update"));
        arguments.addAll(change.options());
        return docker.run(arguments.toArray(String[]::new));
    }

    private static String refusal(Change change, Program.Result result) {
        return "docker update of " + change.name() + " is refused: " + result.said()
                + "\nthe kernel may have taken a part of it all the same";
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

    private Outcome readBack(List<Change> changes) throws InterruptedException {
        Map<String, Container> containers =
                docker.inspect(changes.stream().map(Change::name).toList());
        Cgroup kernel = new Cgroup(engine);
        List<String> said = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Change change : changes) {
            Container container = containers.get(change.name());
            if (container == null) {
                gone.add(change.name());
                continue;
            }
            List<String> differences = inDocker(container, change);
            Optional<List<String>> inKernel =
                    container.isRunning() ? kernel.differences(container, change.target()) : Optional.empty();
            inKernel.ifPresent(differences::addAll);
            differences.forEach(what -> failures.add(change.name() + ": " + what));
            if (differences.isEmpty()) {
                said.add(change.name() + ": " + inForce(container, inKernel.isPresent()));
            }
        }
        return new Outcome(List.copyOf(said), List.copyOf(gone), List.copyOf(failures));
    }

    private static String inForce(Container container, boolean inKernel) {
        if (!container.isRunning()) {
            return "Docker has the limits; it does not run, so the kernel has none";
        }
        return inKernel
                ? "Docker and the kernel have the limits"
                : "Docker has the limits; the kernel's cannot be read, is the engine on another machine?";
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
