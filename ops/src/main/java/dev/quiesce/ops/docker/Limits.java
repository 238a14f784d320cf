package dev.quiesce.ops.docker;

/**
 * What a container may use at most. 0 stands for no limit, except for the shares.
 *
 * @param memory bytes of memory
 * @param memorySwap bytes of memory and swap together
 * @param nanoCpus billionths of a CPU
 * @param shares its weight when CPUs are short, 1024 by default
 * @param pids processes and threads
 */
public record Limits(long memory, long memorySwap, long nanoCpus, long shares, long pids) {
    /** The weight of a container that was given none. */
    public static final long DEFAULT_SHARES = 1024;

    /** No limit at all. */
    public static final Limits NONE = new Limits(0, 0, 0, DEFAULT_SHARES, 0);
}
