package dev.quiesce.ops.deploy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the last deploy of a unit was at, in a file that outlives the command. Not safe for use by several processes. */
final class UnitJournal {
    private static final String NAME = "unit.json";

    private final Path file;

    UnitJournal(Path folder) {
        this.file = folder.resolve(NAME);
    }

    /** How far a deploy has come. */
    enum Phase {
        /** The link is being replaced, or the unit restarts. */
        REPLACING,
        /** The new version serves. */
        DONE,
        /** The old version serves again. */
        FAILED
    }

    /**
     * A deploy.
     *
     * @param rollback whether it leads back to a version that was there before
     * @param from what the link led to, or null if there was none
     * @param to what it is to lead to
     * @param invocation the last start of the version before; empty if it did not run
     * @param mainProcess the identifier of its main process; 0 if that is not known
     */
    record Entry(boolean rollback, @Nullable Path from, Path to, String invocation, long mainProcess, Phase phase) {
        Entry at(Phase next) {
            return new Entry(rollback, from, to, invocation, mainProcess, next);
        }

        boolean isUnfinished() {
            return phase == Phase.REPLACING;
        }
    }

    /**
     * Returns what has been written last.
     *
     * @throws OpsException if it cannot be understood
     */
    Optional<Entry> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Map<String, Object> map = JSON.std.mapFrom(Files.readString(file));
            Object from = map.get("from");
            return Optional.of(new Entry(
                    (Boolean) map.get("rollback"),
                    from == null ? null : Path.of((String) from),
                    Path.of((String) map.get("to")),
                    (String) map.get("invocation"),
                    // Not there if an older version of this program has written it.
                    ((Number) map.getOrDefault("mainProcess", 0)).longValue(),
                    Phase.valueOf((String) map.get("phase"))));
        } catch (IOException | ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    file + " cannot be understood (" + e
                            + "): if no deploy is running, and the service is as it should be," + " remove it",
                    e);
        }
    }

    void write(Entry entry) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("rollback", entry.rollback());
        map.put("from", entry.from() == null ? null : entry.from().toString());
        map.put("to", entry.to().toString());
        map.put("invocation", entry.invocation());
        map.put("mainProcess", entry.mainProcess());
        map.put("phase", entry.phase().name());
        map.put("at", Instant.now().toString());
        UpstreamFile.replace(
                file, JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(map) + "\n");
    }
}
