package dev.quiesce.db;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import javax.sql.DataSource;

/** A named pool of MariaDB connections. */
public final class MariaDbPool implements Lifecycle {

    /** Creates the pool and opens nothing. */
    public MariaDbPool(PoolConfig config) {
        throw new UnsupportedOperationException("follows");
    }

    /** Returns the pool's connections; may be called, and the result handed on, before the start. */
    public DataSource dataSource() {
        throw new UnsupportedOperationException("follows");
    }

    /** Returns what the connections do at this moment. */
    public PoolStats stats() {
        throw new UnsupportedOperationException("follows");
    }

    @Override
    public void start() {}

    @Override
    public void stop(Deadline deadline) {}
}
