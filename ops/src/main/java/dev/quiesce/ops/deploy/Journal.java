package dev.quiesce.ops.deploy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
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
        /** The new version serves, and the old one has been told to stop. */
        STOPPING,
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
     * @param imageId what identifies it, whatever it is called
     * @param from where the old version is, or null if there is none
     * @param to where the new version is
     * @param phase how far it has come
     * @param workers nginx's workers that still lead to the old version, as far as that is known
     */
    record Entry(
            String id,
            boolean rollback,
            String image,
            String imageId,
            @Nullable Colour from,
            Colour to,
            Phase phase,
            List<String> workers) {

        Entry at(Phase next) {
            return at(next, workers);
        }

        Entry at(Phase next, List<String> known) {
            return new Entry(id, rollback, image, imageId, from, to, next, List.copyOf(known));
        }

        boolean isUnfinished() {
            return phase != Phase.DONE && phase != Phase.FAILED;
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
                    (String) map.get("imageId"),
                    from == null ? null : Colour.valueOf((String) from),
                    Colour.valueOf((String) map.get("to")),
                    Phase.valueOf((String) map.get("phase")),
                    ((List<?>) map.get("workers"))
                            .stream().map(String.class::cast).toList()));
        } catch (IOException | ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    file + " cannot be understood (" + e
                            + "): if no deploy is running, and nginx leads to one version only, remove it",
                    e);
        }
    }

    void write(Entry entry) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", entry.id());
        map.put("rollback", entry.rollback());
        map.put("image", entry.image());
        map.put("imageId", entry.imageId());
        map.put("from", entry.from() == null ? null : entry.from().name());
        map.put("to", entry.to().name());
        map.put("phase", entry.phase().name());
        map.put("workers", entry.workers());
        map.put("at", Instant.now().toString());
        UpstreamFile.replace(
                file, JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(map) + "\n");
    }
}
