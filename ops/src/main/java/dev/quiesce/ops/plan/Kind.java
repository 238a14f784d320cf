package dev.quiesce.ops.plan;

import dev.quiesce.ops.stats.Size;

/** What a container runs, and what each such thing needs at least. */
enum Kind {
    JVM(192, 0.25, 1024, 512),
    NODE(96, 0.1, 1024, 128),
    /** All requests pass through it, so it goes first when CPUs are short. */
    NGINX(32, 0.1, 2048, 64),
    DATABASE(256, 0.25, 2048, 512),
    OTHER(32, 0.1, 1024, 256);

    private final long floor;
    private final double cpus;
    private final int shares;
    private final int pids;

    Kind(long floorInMib, double cpus, int shares, int pids) {
        this.floor = floorInMib * Size.MIB;
        this.cpus = cpus;
        this.shares = shares;
        this.pids = pids;
    }

    /** Returns the bytes of memory that it needs at least. */
    long floor() {
        return floor;
    }

    /** Returns the CPUs that it needs at least, to start in a sensible time. */
    double cpus() {
        return cpus;
    }

    /** Returns its weight when CPUs are short. */
    int shares() {
        return shares;
    }

    /** Returns the processes and threads that it needs at least. */
    int pids() {
        return pids;
    }
}
