package dev.quiesce.realtime.socketio;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happens to the sockets of a server, in an order that is the same for all of them. */
sealed interface Entry {

    /**
     * An event goes out.
     *
     * @param namespace the name of the namespace
     * @param data its name and arguments
     * @param isKept whether it is kept for clients that are away
     * @param isDroppable whether it is dropped for clients that do not take it at once
     * @param answers what waits for the answers of those who get it, or null
     * @param published completed once it has been kept and sent, or null
     */
    record Emission(
            String namespace,
            Audience audience,
            Json.Written data,
            boolean isKept,
            boolean isDroppable,
            @Nullable Answers answers,
            @Nullable CompletableFuture<@Nullable Void> published)
            implements Entry {

        /** Returns about how much of the memory it takes while it waits, in bytes. */
        long waitingSize() {
            return data.text().length()
                    + data.attachments().stream()
                            .mapToLong(ByteBuffer::remaining)
                            .sum()
                    + rooms().mapToLong(String::length).sum();
        }

        /** Returns how much of a statement its texts take at most, in bytes. */
        long keptSize() {
            return statementSize(data.text())
                    + rooms().mapToLong(room -> statementSize(Json.write(room).text()) + 1)
                            .sum();
        }

        private Stream<String> rooms() {
            return Stream.concat(audience.rooms().stream(), audience.except().stream());
        }

        /** A driver may write what has a meaning in SQL with a backslash before it. */
        private static long statementSize(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length
                    + text.chars()
                            .filter(c -> c == '"' || c == '\'' || c == '\\' || c == 0)
                            .count();
        }
    }

    /** A client joins a namespace. */
    record Admission(Client client, Namespace namespace, Connecting request) implements Entry {}

    /**
     * A socket joins rooms and leaves others.
     *
     * @param done completed once that counts
     */
    record Rooms(IoSocket socket, Set<String> join, Set<String> leave, CompletableFuture<@Nullable Void> done)
            implements Entry {}

    /** What is kept with a socket has changed. */
    record Data(IoSocket socket) implements Entry {

        /** Returns what is kept now: changes may be told in another order than they were made in, but the last is told. */
        Map<String, Object> data() {
            return socket.data();
        }
    }

    /**
     * A socket leaves its namespace.
     *
     * @param closesConnection whether the connection of the client goes with it
     */
    record Departure(IoSocket socket, DisconnectReason reason, boolean closesConnection) implements Entry {}

    /**
     * Nothing happens, but somebody is told when the log has come here.
     *
     * @param reached called by the thread of the log once everything before it has been handed on
     */
    record Mark(Runnable reached) implements Entry {}
}
