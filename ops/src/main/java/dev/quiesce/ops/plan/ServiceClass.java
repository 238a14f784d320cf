package dev.quiesce.ops.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the operator, or a guess, says about a container.
 *
 * @param kind what it runs
 * @param batch whether it may wait, such as a build server
 * @param blueGreen whether a second one runs beside it while it is deployed
 * @param guessedBy what the guess rests on; null if the operator has said it
 */
record ServiceClass(
        Kind kind,
        boolean batch,
        boolean blueGreen,
        @Nullable String guessedBy) {
    private static final int BATCH_SHARES = 128;
    private static final double BATCH_CPUS = 0.25;

    int shares() {
        return batch ? BATCH_SHARES : kind.shares();
    }

    double cpus() {
        return batch ? BATCH_CPUS : kind.cpus();
    }

    /** A batch starts other programs. */
    int pids() {
        return batch ? 2 * kind.pids() : kind.pids();
    }

    /** Writes it as in a file of classes: {@code jvm, batch}. */
    String words() {
        List<String> words = new ArrayList<>();
        words.add(kind.name().toLowerCase(Locale.ROOT));
        if (batch) {
            words.add("batch");
        }
        if (blueGreen) {
            words.add("blue-green");
        }
        return String.join(", ", words);
    }
}
