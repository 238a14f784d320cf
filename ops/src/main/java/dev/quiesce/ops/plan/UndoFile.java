package dev.quiesce.ops.plan;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.docker.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The limits that containers had, kept in a file for the way back. */
final class UndoFile {
    private static final String SCHEMA = "quiesce-limits/1";

    private UndoFile() {}

    /** Writes what the containers have now; an older file is not overwritten, since it may be the only way back. */
    static void write(Path file, List<Change> changes) {
        List<Map<String, Object>> containers = changes.stream()
                .map(change -> {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("name", change.name());
                    object.putAll(PlanJson.limits(change.now()));
                    object.put("quotaPeriod", change.quotaPeriod());
                    return object;
                })
                .toList();
        try {
            String json = JSON.std
                    .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
                    .asString(Map.of("schema", SCHEMA, "containers", containers));
            Files.writeString(file, json + "\n", StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    "--save-undo=" + file + " cannot be written, so nothing was changed: " + e
                            + "; does it exist already, or its folder not?",
                    e);
        }
    }

    /** Reads what the containers had, as changes from that to the same: what they have now is not known here. */
    static List<Change> read(Path file) {
        try {
            Map<String, Object> object = JSON.std.mapFrom(Files.readString(file));
            if (!SCHEMA.equals(object.get("schema")) || !(object.get("containers") instanceof List<?> containers)) {
                throw new OpsException(
                        ExitCode.USAGE, "--undo=" + file + " is not a file that --save-undo has written");
            }
            List<Change> changes = new ArrayList<>();
            for (Object container : containers) {
                Map<?, ?> map = (Map<?, ?>) container;
                Limits former = new Limits(
                        number(map, "memory").longValue(),
                        number(map, "memorySwap").longValue(),
                        Math.round(number(map, "cpus").doubleValue() * 1e9),
                        number(map, "shares").longValue(),
                        number(map, "pids").longValue());
                changes.add(new Change(
                        String.valueOf(map.get("name")),
                        former,
                        former,
                        number(map, "quotaPeriod").longValue()));
            }
            return changes;
        } catch (IOException | ClassCastException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "--undo=" + file + " cannot be read: " + e, e);
        }
    }

    private static Number number(Map<?, ?> map, String name) throws IOException {
        if (map.get(name) instanceof Number number) {
            return number;
        }
        throw new IOException("there is no number '" + name + "' in " + map);
    }
}
