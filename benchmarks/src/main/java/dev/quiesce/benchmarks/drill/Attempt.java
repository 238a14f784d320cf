package dev.quiesce.benchmarks.drill;

/**
 * What became of one request of a user.
 *
 * @param id the transaction that it asked for
 * @param end the point on the clock at which it was over for the user
 * @param outcome how it ended
 */
record Attempt(String id, long end, Outcome outcome) {

    /** How it ended, as the user has seen it. */
    enum Outcome {
        /** Answered 200. */
        ACKNOWLEDGED,
        /** Answered 503 by the admission. */
        SHED,
        /** Answered 503 because the pool gave no connection. */
        POOL_TIMEOUT,
        /** Answered anything else. */
        REFUSED,
        /** Not answered though the user was still there. */
        LOST,
        /** The user had no patience left, and has closed the connection. */
        LEFT,
        /** Open when the drill ended. */
        UNFINISHED
    }
}
