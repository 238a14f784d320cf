package dev.quiesce.db;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;

/**
 * What a pool's connections did at one moment.
 *
 * @param size the connections that are open
 * @param active the connections that are borrowed
 * @param idle the connections that are free
 * @param waiting the threads that wait for a connection
 * @param limit the most connections that may be open
 */
public record PoolStats(int size, int active, int idle, int waiting, int limit) {

    static PoolStats of(HikariDataSource open) {
        HikariPoolMXBean bean = open.getHikariPoolMXBean();
        return new PoolStats(
                bean.getTotalConnections(),
                bean.getActiveConnections(),
                bean.getIdleConnections(),
                bean.getThreadsAwaitingConnection(),
                open.getMaximumPoolSize());
    }
}
