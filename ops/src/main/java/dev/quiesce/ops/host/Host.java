package dev.quiesce.ops.host;

import org.jspecify.annotations.Nullable;

/**
 * The machine that the containers share.
 *
 * @param name what to call it
 * @param memory its memory in bytes
 * @param cpus its CPUs
 * @param credit how its CPU is accounted, or null if it can be used without end
 */
public record Host(
        String name, long memory, double cpus, @Nullable Credit credit) {}
