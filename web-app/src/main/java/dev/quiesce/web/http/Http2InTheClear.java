package dev.quiesce.web.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData.Request;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 without TLS for clients that speak it from the first byte, and for no others.
 *
 * <p>The upgrade from HTTP/1.1 is declined, which RFC 9113 has done away with: the JDK's own client asks for it wherever it can,
 * and up to JDK 23 it gives up what is in flight when it is told to go away, so that a restart would lose requests.
 */
final class Http2InTheClear extends HTTP2CServerConnectionFactory {
    Http2InTheClear(HttpConfiguration configuration) {
        super(configuration);
    }

    @Override
    public @Nullable Connection upgradeConnection(
            Connector connector, EndPoint endPoint, Request request, HttpFields.Mutable response101) {
        return HttpMethod.PRI.is(request.getMethod())
                ? super.upgradeConnection(connector, endPoint, request, response101)
                : null;
    }
}
