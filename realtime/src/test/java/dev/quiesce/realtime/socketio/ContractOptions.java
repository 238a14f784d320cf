package dev.quiesce.realtime.socketio;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options that {@code src/test/node/CONTRACT.md} says a server under test has.
 *
 * @param port the port; 0 is any
 * @param pingInterval how often clients are pinged
 * @param pingTimeout how long the answer may take
 * @param connectTimeout how long a connection may be without a namespace
 * @param maxPayload the most bytes of a message
 * @param recovers whether clients that come back go on where they were
 * @param database the JDBC URL of the database that keeps what is recovered; empty to keep it in memory
 * @param user who logs in there
 * @param password by which
 */
record ContractOptions(
        int port,
        Duration pingInterval,
        Duration pingTimeout,
        Duration connectTimeout,
        int maxPayload,
        boolean recovers,
        String database,
        String user,
        String password) {

    /** Returns what the arguments of the form {@code --name=value} say. */
    static ContractOptions of(List<String> arguments) {
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException("options have the form --name=value, not " + argument);
            }
            given.put(argument.substring(2, equals), argument.substring(equals + 1));
        }
        ContractOptions options = new ContractOptions(
                number(given.remove("port"), 0),
                millis(given.remove("ping-interval"), 25_000),
                millis(given.remove("ping-timeout"), 20_000),
                millis(given.remove("connect-timeout"), 45_000),
                number(given.remove("max-payload"), 1_000_000),
                "on".equals(given.remove("recovery")),
                text(given.remove("database")),
                text(given.remove("user")),
                text(given.remove("password")));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("unknown options " + given.keySet());
        }
        return options;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Duration millis(@Nullable String text, int otherwise) {
        return Duration.ofMillis(number(text, otherwise));
    }

    private static int number(@Nullable String text, int otherwise) {
        return text == null ? otherwise : Integer.parseInt(text);
    }
}
