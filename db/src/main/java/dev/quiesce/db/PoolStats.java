package dev.quiesce.db;

/**
 * What a pool's connections did at one moment.
 *
 * @param size the connections that are open
 * @param active the connections that are borrowed
 * @param idle the connections that are free
 * @param waiting the threads that wait for a connection
 */
public record PoolStats(int size, int active, int idle, int waiting) {}
