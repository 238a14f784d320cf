package dev.quiesce.web;

import java.io.IOException;
import org.eclipse.jetty.server.NetworkConnector;

/** Makes the one clear message for a port that cannot be opened. */
final class ListenFailure {
    private ListenFailure() {}

    static IOException of(NetworkConnector connector, IOException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new IOException(
                "cannot listen on " + connector.getHost() + ":" + connector.getPort() + ": " + root.getMessage()
                        + "; free the port or choose another",
                failure);
    }
}
