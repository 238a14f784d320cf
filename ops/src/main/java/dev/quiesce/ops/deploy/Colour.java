package dev.quiesce.ops.deploy;

import java.util.Locale;

/** One of the two places that a version of a service can have on a host. */
enum Colour {
    BLUE,
    GREEN;

    Colour other() {
        return this == BLUE ? GREEN : BLUE;
    }

    /** Returns the name in small letters, as in the names of containers. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
