package dev.quiesce.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * The port on 127.0.0.1 that a server is to listen on. Immutable.
 *
 * @param picked whether it was picked since it was free, and not configured
 */
record ServerPort(int number, boolean picked) {

    /**
     * Returns the configured port, or one that is free if that is 0.
     *
     * @throws UncheckedIOException if no port is free
     */
    static ServerPort of(int configured) {
        if (configured != 0) {
            return new ServerPort(configured, false);
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return new ServerPort(socket.getLocalPort(), true);
        } catch (IOException e) {
            throw new UncheckedIOException("embedded MariaDB: no port is free on 127.0.0.1", e);
        }
    }

    /**
     * Checks that nothing listens here.
     *
     * @throws IOException if the port is taken; the message says what to do
     */
    void refuseIfTaken() throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), number));
        } catch (IOException e) {
            throw new IOException("embedded MariaDB: " + taken(), e);
        }
    }

    /** Returns that the port is taken, and what to do about it. */
    private String taken() {
        return picked
                ? "the free port " + number + " that was picked on 127.0.0.1 was taken meanwhile; start again"
                : "port " + number
                        + " on 127.0.0.1 is taken; stop what listens there or choose another port (0 for a free"
                        + " one)";
    }
}
