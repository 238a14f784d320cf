package dev.quiesce.web.drill;

import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one transaction that takes the time that the caller names. Answers 200 only once it has been committed. The pool
 * sets a connection that comes back to commit by itself again.
 */
@SuppressWarnings("serial") // never serialized
final class TransactionServlet extends HttpServlet {
    static final String DATABASE = "main";

    private static final Logger log = LoggerFactory.getLogger(TransactionServlet.class);
    private static final int DUPLICATE_ENTRY = 1062;
    private static final Pattern UUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final DataSource database;

    @Inject
    TransactionServlet(@Named(DATABASE) DataSource database) {
        this.database = database;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Plain.serve("POST", request, response, this::transact);
    }

    private String transact(HttpServletRequest request) throws Refusal {
        String id = Plain.text(request, "id");
        if (!UUID.matcher(id).matches()) {
            throw new Refusal(400, "parameter id must be a UUID such as 123e4567-e89b-12d3-a456-426614174000");
        }
        int millis = Plain.number(request, "ms", Plain.LONGEST_MILLIS);
        try {
            commit(id, millis);
        } catch (SQLTransientConnectionException e) {
            log.warn("transaction {} got no connection: {}", id, e.getMessage());
            throw new Refusal(503, "no connection to the database; nothing was written");
        } catch (SQLException e) {
            if (e.getErrorCode() == DUPLICATE_ENTRY) {
                throw new Refusal(409, "there is a transaction " + id + " already");
            }
            log.error("transaction {} failed", id, e);
            throw new Refusal(500, "the transaction failed and is not acknowledged");
        }
        return "committed " + id;
    }

    private void commit(String id, int millis) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                insert(connection, id);
                sleep(connection, millis);
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        }
    }

    private static void insert(Connection connection, String id) throws SQLException {
        try (var insert = connection.prepareStatement("insert into drill_tx (id) values (?)")) {
            insert.setString(1, id);
            insert.executeUpdate();
        }
    }

    /** A killed query may end its sleep early without an error; it then returns 1. */
    private static void sleep(Connection connection, int millis) throws SQLException {
        try (var select = connection.prepareStatement("select sleep(? / 1000)")) {
            select.setInt(1, millis);
            try (var rows = select.executeQuery()) {
                if (!rows.next() || rows.getInt(1) != 0) {
                    throw new SQLException("the sleep within the transaction was cut short");
                }
            }
        }
    }

    private static void rollBack(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
