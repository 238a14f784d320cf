package dev.quiesce.web.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.NegotiatingServerConnection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks HTTP, of whatever version, in the clear or not, or is about to.
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

    boolean isHttp2() {
        return http instanceof HTTP2Connection;
    }

    /** Returns whether all that has come has been dealt with, and the next bytes are waited for. */
    boolean isWaiting() {
        return endPoint.isWaiting();
    }

    /** Returns whether bytes have come that nobody has noticed. */
    boolean hasUnread() {
        return endPoint.hasUnread();
    }

    /** Returns whether a request is in flight. */
    boolean isBusy() {
        return endPoint.hasRequests();
    }

    /** Returns the point at which a request has ended while the service was closing, or else the given one. */
    long lastEnd(long otherwise) {
        Long end = endPoint.lastEnd();
        return end == null ? otherwise : end;
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
     * Tells an HTTP/2 client, once, to open no further streams here, and serves those that it opens before it has read that.
     * HTTP/1.1 has a header for that, in the next response. A client that has not asked for anything yet is told with its first
     * request.
     *
     * @return whether the client has been told by this call
     */
    boolean goAway() {
        if (!(http instanceof HTTP2Connection connection)
                || connection.getSession().getStreamsOpened() == 0
                || !endPoint.tellsForTheFirstTime()) {
            return false;
        }
        // Not by Jetty's own shutdown, which sends the last GOAWAY as soon as no stream is open, and drops what is on
        // its way.
        connection.getSession().frames(null, List.of(GoAwayFrame.GRACEFUL), Callback.NOOP);
        return true;
    }

    /** Closes the connection properly. An HTTP/2 client is told first, and gets until the next call to close it itself. */
    void close() {
        if (!goAway()) {
            // With HTTP/2 Jetty leaves it to the client to close the connection, which may not do so.
            http.close();
            if (isHttp2()) {
                endPoint.close();
            }
        }
    }

    /** Closes the connection whatever is on its way. */
    void cut() {
        endPoint.close();
    }

    /** Ends a request whatever is on its way: with HTTP/2 its stream, otherwise its connection. */
    static void cut(Request request) {
        if (request.getConnectionMetaData().getConnection() instanceof HTTP2Connection connection) {
            Stream stream = connection.getSession().getStream(Integer.parseInt(request.getId()));
            if (stream != null) {
                int cancel = ErrorCode.CANCEL_STREAM_ERROR.code;
                stream.reset(new ResetFrame(stream.getId(), cancel), Callback.from(() -> tellOfReset(request)));
            }
        } else {
            of(request.getConnectionMetaData()).cut();
        }
    }

    /** Jetty does so itself only if it is the client that resets. */
    private static void tellOfReset(Request request) {
        HttpChannel channel;
        try {
            channel = (HttpChannel) request.getComponents();
        } catch (IllegalStateException completed) {
            // Nothing is left to be told. Thrown on, it would end the connection with all its streams.
            return;
        }
        Runnable task = channel.onFailure(new EofException("the request was cut"));
        if (task != null) {
            request.getConnectionMetaData().getConnector().getExecutor().execute(task);
        }
    }

    /** Returns the connection by which a request has come. */
    static OpenConnection of(ConnectionMetaData metaData) {
        Connection http = metaData.getConnection();
        EndPoint endPoint = http.getEndPoint();
        EndPoint carrier = endPoint instanceof SslConnection.SslEndPoint tls
                ? tls.getSslConnection().getEndPoint()
                : endPoint;
        return new OpenConnection((WatchedEndPoint) carrier, http);
    }

    private static @Nullable Connection http(EndPoint endPoint) {
        Connection connection = endPoint.getConnection();
        if (connection instanceof SslConnection tls) {
            connection = tls.getSslEndPoint().getConnection();
        }
        boolean speaksHttp =
                connection instanceof ConnectionMetaData || connection instanceof NegotiatingServerConnection;
        return speaksHttp ? connection : null;
    }
}
