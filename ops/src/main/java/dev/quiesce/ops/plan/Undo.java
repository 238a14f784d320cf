package dev.quiesce.ops.plan;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Docker;
import dev.quiesce.ops.docker.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Gives containers back the limits that a file has kept. One that is gone, or is refused, keeps no other from it. */
final class Undo {
    private final Docker docker;
    private final Output output;

    Undo(Docker docker, Output output) {
        this.docker = docker;
        this.output = output;
    }

    /**
     * Undoes what was applied.
     *
     * @param names the containers that are meant; all in the file if there are none
     * @throws OpsException if the file cannot be read or does not have one of the names, or no engine answers
     */
    ExitCode of(Path file, List<String> names) throws InterruptedException {
        List<Change> former = chosen(file, UndoFile.read(file), names);
        Engine engine = docker.engine();
        Map<String, Container> containers =
                docker.inspect(former.stream().map(Change::name).toList());
        List<Change> changes = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        for (Change change : former) {
            Container container = containers.get(change.name());
            if (container == null) {
                gone.add(change.name());
            } else {
                Change back = change.undo(engine.memory(), engine.cpus());
                changes.add(new Change(change.name(), container.limits(), back.target(), Change.period(container)));
            }
        }
        Limiter.Outcome outcome = new Limiter(docker, engine, output).applyEach(Change.ordered(changes));
        gone.addAll(outcome.gone());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("applied", outcome.said());
        answer.put("gone", gone);
        answer.put("notUndone", outcome.failures());
        output.answer(answer, () -> text(file, outcome, gone));
        return outcome.failures().isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static List<Change> chosen(Path file, List<Change> former, List<String> names) {
        Set<String> known = former.stream().map(Change::name).collect(Collectors.toCollection(TreeSet::new));
        Set<String> unknown = new TreeSet<>(names);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new OpsException(
                    ExitCode.USAGE,
                    "not in " + file + ": " + String.join(", ", unknown) + "; there are " + String.join(", ", known)
                            + ". Nothing was undone");
        }
        return former.stream()
                .filter(change -> names.isEmpty() || names.contains(change.name()))
                .toList();
    }

    private static String text(Path file, Limiter.Outcome outcome, List<String> gone) {
        StringBuilder text = new StringBuilder();
        if (!outcome.said().isEmpty()) {
            text.append("@|bold Applied, and read back|@\n");
            outcome.said().forEach(line -> text.append(line).append('\n'));
        }
        gone.forEach(name -> text.append(name).append(" is gone: nothing to undo\n"));
        if (!outcome.said().isEmpty()) {
            text.append(
                    "A limit that was not there before is now all that the host has; only a new container has none.\n");
        } else if (outcome.failures().isEmpty()) {
            text.append("None of them exists on this engine, so nothing was changed; see docker ps --all\n");
        }
        if (!outcome.failures().isEmpty()) {
            text.append("@|bold,red Not undone|@\n");
            outcome.failures().forEach(line -> text.append(line).append('\n'));
            text.append("Put right what is in the way, and run --undo ")
                    .append(file)
                    .append(" again: those that are done lose nothing by it.\n");
        }
        return text.toString();
    }
}
