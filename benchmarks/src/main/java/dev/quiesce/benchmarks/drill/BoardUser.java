package dev.quiesce.benchmarks.drill;

import dev.quiesce.web.testing.SocketIoClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody who has signed in and watches the board by a socket. Not safe for use by several threads. */
final class BoardUser implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final SocketIoClient socket;

    private BoardUser(SocketIoClient socket) {
        this.socket = socket;
    }

    static BoardUser join(HttpClient http, DrillService service, String name) throws Exception {
        URI board = URI.create("http://" + service.address().getHostString() + ":"
                + service.address().getPort() + "/");
        return new BoardUser(SocketIoClient.signIn(http, board, name));
    }

    /**
     * Waits until these are who watches, as this one is told, and returns how long ago a point on the clock was then, in seconds; more
     * than a minute if they never are.
     */
    double awaitWatchers(List<String> names, long since) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        while (!names.equals(socket.ask("present", "").get("names")) && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    @Override
    public void close() {
        socket.close();
    }
}
