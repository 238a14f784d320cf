package dev.quiesce.lifecycle;

/** Components were registered in a way that gives no order to start and stop them in. Nothing has been started. */
public final class InvalidGraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception; the message names every mistake. */
    public InvalidGraphException(String message) {
        super(message);
    }
}
