package dev.quiesce.lifecycle.testing;

import java.time.Duration;

/**
 * What becomes of the connections through a {@link FaultProxy}. Immutable.
 *
 * @param kind what happens
 * @param toServer how long bytes to the server take; zero except for {@link Kind#DELAY}
 * @param toClient how long bytes to the client take; zero except for {@link Kind#DELAY}
 */
public record Fault(Kind kind, Duration toServer, Duration toClient) {

    /** The kinds of faults. */
    public enum Kind {
        /** None: bytes and ends are passed on at once. */
        FORWARD,
        /** Bytes and ends are passed on late, in their order. */
        DELAY,
        /** Nothing is taken and nothing passed on until another fault is set; then everything is, ends included. */
        HOLD,
        /** Both sides get FIN. */
        CUT,
        /** Both sides get RST. */
        RESET,
        /** The client's side is reset; the server keeps an open connection on which it never hears anything again. */
        CLIENT_GONE,
        /** The server's side is reset; the client keeps an open connection on which it never hears anything again. */
        SERVER_GONE,
        /**
         * Both sides keep an open connection; whatever is sent, ends included, is swallowed. One that is new never reaches
         * the server.
         */
        BLACK_HOLE,
        /** Nobody listens: the client gets RST for its SYN. */
        REFUSE
    }

    /** No fault. */
    public static final Fault NONE = of(Kind.FORWARD);

    /** See {@link Kind#HOLD}. */
    public static final Fault HOLD = of(Kind.HOLD);

    /** See {@link Kind#CUT}. */
    public static final Fault CUT = of(Kind.CUT);

    /** See {@link Kind#RESET}. */
    public static final Fault RESET = of(Kind.RESET);

    /** See {@link Kind#CLIENT_GONE}. */
    public static final Fault CLIENT_GONE = of(Kind.CLIENT_GONE);

    /** See {@link Kind#SERVER_GONE}. */
    public static final Fault SERVER_GONE = of(Kind.SERVER_GONE);

    /** See {@link Kind#BLACK_HOLE}. */
    public static final Fault BLACK_HOLE = of(Kind.BLACK_HOLE);

    /** See {@link Kind#REFUSE}. */
    public static final Fault REFUSE = of(Kind.REFUSE);

    /**
     * Checks the fault.
     *
     * @throws IllegalArgumentException if a delay is negative, or given for another kind than {@link Kind#DELAY}
     */
    public Fault {
        if (toServer.isNegative() || toClient.isNegative()) {
            throw new IllegalArgumentException("a delay must not be negative: " + toServer + ", " + toClient);
        }
        if (kind != Kind.DELAY && !(toServer.isZero() && toClient.isZero())) {
            throw new IllegalArgumentException(kind + " has no delay");
        }
    }

    /** Returns the fault that bytes and ends take so long. */
    public static Fault delay(Duration toServer, Duration toClient) {
        return new Fault(Kind.DELAY, toServer, toClient);
    }

    private static Fault of(Kind kind) {
        return new Fault(kind, Duration.ZERO, Duration.ZERO);
    }
}
