package dev.quiesce.web.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks HTTP, of whatever version, in the clear or not.
 *
 * @param endPoint what carries its bytes
 * @param http what understands them
 */
record OpenConnection(WatchedEndPoint endPoint, Connection http) {

    /** Returns the connections of a connector, without those that have been upgraded to sockets. */
    static List<OpenConnection> of(PortConnector connector) {
        List<OpenConnection> connections = new ArrayList<>();
        for (EndPoint endPoint : connector.getConnectedEndPoints()) {
            Connection http = http(endPoint);
            if (http != null) {
                connections.add(new OpenConnection((WatchedEndPoint) endPoint, http));
            }
        }
        return connections;
    }

    /** Returns whether all that has come has been dealt with, and the next bytes are waited for. */
    boolean isWaiting() {
        return endPoint.isWaiting();
    }

    /** Returns whether the last response has been sent, and FIN behind it, so that only the client's own end is waited for. */
    boolean hasSaidGoodbye() {
        return endPoint.isOutputShutdown();
    }

    /** Returns for how long no byte has come or gone. */
    Duration idleFor() {
        return Duration.ofMillis(endPoint.getIdleFor());
    }

    /**
     * Tells an HTTP/2 client to open no further streams here. HTTP/1.1 has a header for that, in the next response.
     *
     * <p>Only while a stream is open: without one Jetty sends the last GOAWAY at once, and drops what is on its way.
     */
    void goAway() {
        if (http instanceof HTTP2Connection connection) {
            connection.getSession().shutdown();
        }
    }

    /** Closes the connection properly. An HTTP/2 client is told first, and gets until the next call to close it itself. */
    void close() {
        if (http instanceof HTTP2Connection && endPoint.tellsForTheFirstTime()) {
            goAway();
        } else {
            // With HTTP/2 Jetty leaves it to the client to close the connection, which may not do so.
            http.close();
            if (http instanceof HTTP2Connection) {
                endPoint.close();
            }
        }
    }

    /** Closes the connection whatever is on its way. */
    void cut() {
        endPoint.close();
    }

    private static @Nullable Connection http(EndPoint endPoint) {
        Connection connection = endPoint.getConnection();
        if (connection instanceof SslConnection tls) {
            connection = tls.getSslEndPoint().getConnection();
        }
        return connection instanceof ConnectionMetaData ? connection : null;
    }
}
