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

/** What the last deploy of a service was at, in a file that outlives the command. Not safe for use by several processes. */
final class Journal {
    private static final String NAME = "deploy.json";

    private final Path file;

    Journal(Path folder) {
        this.file = folder.resolve(NAME);
    }

    /** How far a deploy has come. */
    enum Phase {
        /** The new version starts; nobody is led to it. */
        STARTING,
        /** Requests are led to the new version, or just about to be; the old one runs. */
        SWITCHING,
        /** The new version serves, and the old one has stopped. */
        DONE,
        /** The old version serves, as before. */
        FAILED
    }

    /**
     * A deploy.
     *
     * @param id tells it from others
     * @param rollback whether it leads back to a version that was there before
     * @param image the image of the new version
     * @param from where the old version is, or null if there is none
     * @param to where the new version is
     * @param phase how far it has come
     */
    record Entry(
            String id,
            boolean rollback,
            String image,
            @Nullable Colour from,
            Colour to,
            Phase phase) {

        Entry at(Phase next) {
            return new Entry(id, rollback, image, from, to, next);
        }

        boolean isUnfinished() {
            return phase == Phase.STARTING || phase == Phase.SWITCHING;
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
                    (String) map.get("id"),
                    (Boolean) map.get("rollback"),
                    (String) map.get("image"),
                    from == null ? null : Colour.valueOf((String) from),
                    Colour.valueOf((String) map.get("to")),
                    Phase.valueOf((String) map.get("phase"))));
        } catch (IOException | ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    file + " cannot be understood (" + e
                            + "): if no deploy is running, remove it; where requests go stands"
                            + " in nginx's file, not there",
                    e);
        }
    }

    void write(Entry entry) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", entry.id());
        map.put("rollback", entry.rollback());
        map.put("image", entry.image());
        map.put("from", entry.from() == null ? null : entry.from().name());
        map.put("to", entry.to().name());
        map.put("phase", entry.phase().name());
        map.put("at", Instant.now().toString());
        UpstreamFile.replace(
                file, JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(map) + "\n");
    }
}
