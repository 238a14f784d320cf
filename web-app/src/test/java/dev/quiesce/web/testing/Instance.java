package dev.quiesce.web.testing;

import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** A service that is restarted in its place, as one of those that a proxy knows. Not safe for use by several threads. */
public interface Instance extends AutoCloseable {

    /** Returns where it serves, as nginx's directive {@code server} has it. */
    String place();

    /**
     * Tells it to stop, waits for its end, starts it again and waits until it is ready.
     *
     * @throws IOException if it did not stop cleanly or could not be started
     * @throws TimeoutException if that took too long; the message has its output
     */
    void restart() throws IOException, InterruptedException, TimeoutException;

    /** Kills it if it still runs. */
    @Override
    void close();
}
