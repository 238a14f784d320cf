package dev.quiesce.db;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Driver;

/**
 * Opens the physical connections of one pool and says in plain words why one cannot be opened.
 *
 * <p>Once closed it hands out no connection: one whose opening was under way is closed again in good order. Thread-safe.
 */
final class Connector {
    private static final int TOO_MANY_CONNECTIONS = 1040;
    private static final int DATABASE_ACCESS_DENIED = 1044;
    private static final int ACCESS_DENIED = 1045;
    private static final int UNKNOWN_DATABASE = 1049;

    private final PoolConfig config;
    private final Driver driver = new Driver();
    private volatile boolean closed;
    private volatile @Nullable String lastFailure;

    Connector(PoolConfig config) {
        this.config = config;
    }

    /**
     * Opens a connection.
     *
     * @throws SQLException if it cannot be opened, or if this connector has been closed
     */
    Connection open() throws SQLException {
        refuseWhenClosed();
        Connection connection;
        try {
            connection = driver.connect(config.url(), config.driverProperties());
        } catch (SQLException e) {
            SQLException explained = explained(e);
            lastFailure = explained.getMessage();
            throw explained;
        }
        lastFailure = null;
        if (closed) {
            connection.close();
            refuseWhenClosed();
        }
        return connection;
    }

    /** Returns why no connection could be opened the last time; null if one could. */
    @Nullable
    String lastFailure() {
        return lastFailure;
    }

    void close() {
        closed = true;
    }

    private void refuseWhenClosed() throws SQLException {
        if (closed) {
            throw new SQLException("pool \"" + config.name() + "\" is being stopped and opens no more connections");
        }
    }

    private SQLException explained(SQLException e) {
        String message = "pool \"%s\": %s [url %s, user %s]"
                .formatted(config.name(), explanation(e), config.plainUrl(), config.user());
        return new SQLException(message, e.getSQLState(), e.getErrorCode(), e);
    }

    private String explanation(SQLException e) {
        switch (e.getErrorCode()) {
            case ACCESS_DENIED:
                return "the database refuses user \"" + config.user()
                        + "\" with this password; check user and password, and that the user may connect from this"
                        + " host (" + e.getMessage() + ")";
            case DATABASE_ACCESS_DENIED:
                return "user \"" + config.user() + "\" has no rights on this database; grant them (" + e.getMessage()
                        + ")";
            case UNKNOWN_DATABASE:
                return "the server at " + config.hosts() + " has no such database; create it or correct the URL ("
                        + e.getMessage() + ")";
            case TOO_MANY_CONNECTIONS:
                return "the server at " + config.hosts()
                        + " has no connection left; raise its max_connections or lower the pools' sizes ("
                        + e.getMessage() + ")";
            default:
                if (isAboutTls(e)) {
                    return "no TLS connection to " + config.hosts()
                            + "; give the server a certificate that this host trusts, or set sslMode=disable in the URL"
                            + " if the network is private (" + e.getMessage() + ")";
                }
                if (String.valueOf(e.getSQLState()).startsWith("08")) {
                    return "cannot reach " + config.hosts() + "; start the database, or correct the URL ("
                            + e.getMessage() + ")";
                }
                return "cannot connect (" + e.getMessage() + ")";
        }
    }

    private static boolean isAboutTls(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof javax.net.ssl.SSLException
                    || cause instanceof java.security.cert.CertificateException
                    || String.valueOf(cause.getMessage()).contains("ssl not enabled")) {
                return true;
            }
        }
        return false;
    }
}
