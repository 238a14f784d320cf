package dev.quiesce.ops.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A port of the loopback interface for whoever can only be told one. */
public final class FreePort {
    private FreePort() {}

    /** Returns a port that nobody had a moment ago. */
    public static int find() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
