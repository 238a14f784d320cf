package dev.quiesce.session;

import org.eclipse.jetty.http.HttpException;

/**
 * A session can be neither read nor written, so that its request cannot be served. An error, since Jetty's session manager
 * takes every exception for the absence of a session: the user would be signed out, or what has changed lost in silence.
 */
final class StoreFailure extends Error implements HttpException {
    private static final long serialVersionUID = 1;

    private final int status;

    StoreFailure(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    @Override
    public int getCode() {
        return status;
    }

    @Override
    public String getReason() {
        return "the session cannot be kept";
    }
}
