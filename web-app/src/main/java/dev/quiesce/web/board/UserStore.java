package dev.quiesce.web.board;

import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Who has ever signed in. Safe for use by many threads. */
final class UserStore {
    static final String DATABASE = "main";

    private final DataSource database;

    @Inject
    UserStore(@Named(DATABASE) DataSource database) {
        this.database = database;
    }

    void signIn(String name) throws SQLException {
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement("insert into users (name) values (?)"
                        + " on duplicate key update last_seen = current_timestamp(3)")) {
            insert.setString(1, name);
            insert.executeUpdate();
        }
    }
}
