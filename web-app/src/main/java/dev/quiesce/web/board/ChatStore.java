package dev.quiesce.web.board;

import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** What has been said about offers. Every method is one transaction. Safe for use by many threads. */
final class ChatStore {
    private static final int MOST_LISTED = 100;
    private static final String COLUMNS =
            "id, offer, author, text, author_key, cast(unix_timestamp(said_at) * 1000 as signed)";

    private final DataSource database;

    @Inject
    ChatStore(@Named(OfferStore.DATABASE) DataSource database) {
        this.database = database;
    }

    /** Returns the newest messages about an offer, oldest first, or nothing if there is no such offer. */
    Optional<List<ChatMessage>> about(long offer) throws SQLException {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("select " + COLUMNS
                        + " from chat_messages where offer = ? order by id desc limit " + MOST_LISTED)) {
            select.setLong(1, offer);
            List<ChatMessage> messages = new ArrayList<>();
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    messages.add(message(rows));
                }
            }
            if (messages.isEmpty()) {
                try (var exists = connection.prepareStatement("select 1 from offers where id = ?")) {
                    exists.setLong(1, offer);
                    try (var rows = exists.executeQuery()) {
                        return rows.next() ? Optional.of(List.of()) : Optional.empty();
                    }
                }
            }
            Collections.reverse(messages);
            return Optional.of(List.copyOf(messages));
        }
    }

    /**
     * Keeps a message, once for each key of its author: whoever says it again gets what was kept before.
     *
     * @return nothing if there is no such offer
     */
    Optional<ChatMessage> say(long offer, String author, String text, String key) throws SQLException {
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement("insert into chat_messages (offer, author, text, author_key)"
                        + " select id, ?, ?, ? from offers where id = ?"
                        + " on duplicate key update offer = values(offer) returning " + COLUMNS)) {
            insert.setString(1, author);
            insert.setString(2, text);
            insert.setString(3, key);
            insert.setLong(4, offer);
            try (var rows = insert.executeQuery()) {
                return rows.next() ? Optional.of(message(rows)) : Optional.empty();
            }
        }
    }

    private static ChatMessage message(ResultSet row) throws SQLException {
        return new ChatMessage(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                Instant.ofEpochMilli(row.getLong(6)).toString());
    }
}
