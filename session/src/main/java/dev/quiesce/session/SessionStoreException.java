package dev.quiesce.session;

/** A store of sessions cannot be asked, for example because its database does not answer. */
public final class SessionStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SessionStoreException(String message, Throwable cause) {
        super(message, cause);
    }

    SessionStoreException(String message) {
        super(message);
    }
}
