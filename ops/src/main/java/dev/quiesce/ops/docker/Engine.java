package dev.quiesce.ops.docker;

/**
 * What the engine says about itself and its host.
 *
 * @param memory bytes of memory of the host
 * @param cpus CPUs of the host
 * @param cgroupVersion 1 or 2
 * @param limitsSwap whether the kernel accounts swap; if not, a limit for memory and swap has no effect
 */
public record Engine(long memory, int cpus, int cgroupVersion, boolean limitsSwap) {}
