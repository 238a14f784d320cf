package dev.quiesce.web.board;

import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The offers. Every method is one transaction. Safe for use by many threads. */
final class OfferStore {
    static final String DATABASE = "d4";

    private static final int MOST_LISTED = 200;
    private static final String COLUMNS = "id, item, price, seller, cast(unix_timestamp(posted_at) * 1000 as signed)";

    private final DataSource database;

    /** What came of taking an offer. */
    enum Take {
        TAKEN,
        TAKEN_BEFORE,
        OWN,
        UNKNOWN
    }

    @Inject
    OfferStore(@Named(DATABASE) DataSource database) {
        this.database = database;
    }

    /** Returns the newest of the offers that nobody has taken, newest first. */
    List<Offer> open() throws SQLException {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("select " + COLUMNS
                        + " from offers where taken_by is null order by id desc limit " + MOST_LISTED);
                var rows = select.executeQuery()) {
            List<Offer> offers = new ArrayList<>();
            while (rows.next()) {
                offers.add(offer(rows));
            }
            return List.copyOf(offers);
        }
    }

    Offer post(String seller, String item, long price) throws SQLException {
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement(
                        "insert into offers (seller, item, price) values (?, ?, ?) returning " + COLUMNS)) {
            insert.setString(1, seller);
            insert.setString(2, item);
            insert.setLong(3, price);
            try (var rows = insert.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("the database returned nothing for the offer that it inserted");
                }
                return offer(rows);
            }
        }
    }

    /** Takes an offer for somebody. However many try, at most one is told {@link Take#TAKEN}. */
    Take take(long id, String taker) throws SQLException {
        try (var connection = database.getConnection();
                var update =
                        connection.prepareStatement("update offers set taken_by = ?, taken_at = current_timestamp(3)"
                                + " where id = ? and taken_by is null and seller <> ?")) {
            update.setString(1, taker);
            update.setLong(2, id);
            update.setString(3, taker);
            return update.executeUpdate() == 1 ? Take.TAKEN : whyNot(connection, id, taker);
        }
    }

    private static Take whyNot(Connection connection, long id, String taker) throws SQLException {
        return seller(connection, id)
                .map(seller -> seller.equals(taker) ? Take.OWN : Take.TAKEN_BEFORE)
                .orElse(Take.UNKNOWN);
    }

    private static Optional<String> seller(Connection connection, long id) throws SQLException {
        try (var select = connection.prepareStatement("select seller from offers where id = ?")) {
            select.setLong(1, id);
            try (var rows = select.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }

    private static Offer offer(ResultSet row) throws SQLException {
        return new Offer(
                row.getLong(1),
                row.getString(2),
                row.getLong(3),
                row.getString(4),
                Instant.ofEpochMilli(row.getLong(5)).toString());
    }
}
