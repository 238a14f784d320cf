package dev.quiesce.ops.connections;

import java.util.Optional;

/**
 * A connection as the server sees it.
 *
 * @param id the server's id of it
 * @param user who has logged in
 * @param host from where, without the port
 * @param program what the client calls itself; empty if it does not, or the server keeps no such thing
 * @param process the number of the client's process, likewise
 * @param command what it does
 * @param millis for how long
 * @param statement what it runs, without the values in it; empty if it runs nothing
 * @param pool the number of the pool that it belongs to; nothing if it is not marked as one of a pool
 * @param life what is known of that pool
 */
record Session(
        long id,
        String user,
        String host,
        String program,
        String process,
        String command,
        long millis,
        String statement,
        Optional<Integer> pool,
        Life life) {

    /** What is known of the owner of a connection. */
    enum Life {
        /** Its pool shows that it lives. */
        live,
        /** Its pool no longer shows that it lives. */
        silent,
        /** It belongs to no pool that would show it. */
        unknown
    }

    /** Returns the service: what the client calls itself, or else its user. */
    String service() {
        return program.isEmpty() ? user : program;
    }

    /** Returns the instance, as far as the server knows it. */
    String instance() {
        String number = pool.map(each -> "pool " + each).orElse("");
        String of = process.isEmpty() ? "" : "process " + process;
        return number.isEmpty() && of.isEmpty() ? "-" : (of + " " + number).strip();
    }

    /** Returns what it does, in a word. */
    String state() {
        return command;
    }

    boolean isBusy() {
        return !command.equals("Sleep") && !statement.isEmpty();
    }
}
