package dev.quiesce.db;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;

/** A MariaDB server for development and tests, run as a child process on 127.0.0.1. */
public final class EmbeddedMariaDb implements Lifecycle {

    /** Creates the component, picks its port, and touches nothing else. */
    public EmbeddedMariaDb(EmbeddedConfig config) {
        throw new UnsupportedOperationException("follows");
    }

    /** Returns the port on 127.0.0.1. */
    public int port() {
        throw new UnsupportedOperationException("follows");
    }

    /** Returns the JDBC URL of a database of this server. */
    public String jdbcUrl(String database) {
        throw new UnsupportedOperationException("follows");
    }

    /** Returns the user that owns everything. */
    public String user() {
        return "root";
    }

    /** Returns that user's password: empty, as the server listens on 127.0.0.1 only. */
    public String password() {
        return "";
    }

    @Override
    public void start() {}

    @Override
    public void stop(Deadline deadline) {}
}
