package dev.quiesce.benchmarks;

import java.util.Locale;
import java.util.Random;

/** The shapes of the graphs of components that do nothing. */
enum NoOpShape {
    LOOSE,
    RANDOM,
    CHAINED;

    private static final long SEED = 1;

    Shape of(int size) {
        return switch (this) {
            case LOOSE -> Shape.loose(size);
            case RANDOM -> Shape.random(size, new Random(SEED));
            case CHAINED -> Shape.chain(size);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
