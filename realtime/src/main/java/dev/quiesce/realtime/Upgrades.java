package dev.quiesce.realtime;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Configuration.ConfigurationCustomizer;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;
import org.jspecify.annotations.Nullable;

/**
 * Turns requests for the endpoints of a hub into sockets, or refuses them; every other request goes on to the handler that
 * this one wraps. Safe for use by many threads once started.
 */
final class Upgrades extends Handler.Wrapper {
    private final Connection.Shared shared;
    private final Map<String, SocketHandler> endpoints;
    private final OriginPolicy origins;
    private final ConfigurationCustomizer limits = new ConfigurationCustomizer();
    private volatile @Nullable WebSocketMappings mappings;

    Upgrades(Connection.Shared shared, Map<String, SocketHandler> endpoints) {
        this.shared = shared;
        this.endpoints = endpoints;
        this.origins = new OriginPolicy(shared.config().allowedOrigins());
        limits.setMaxTextMessageSize(shared.config().maxMessageBytes());
        limits.setMaxBinaryMessageSize(shared.config().maxMessageBytes());
    }

    @Override
    protected void doStart() throws Exception {
        WebSocketComponents components = WebSocketServerComponents.ensureWebSocketComponents(getServer());
        WebSocketMappings paths = new WebSocketMappings(components);
        endpoints.forEach((path, handler) -> paths.addMapping(
                WebSocketMappings.parsePathSpec(path),
                (request, response, callback) -> negotiate(components, handler, request, response, callback)));
        mappings = paths;
        super.doStart();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        WebSocketMappings paths = mappings;
        return (paths != null && paths.upgrade(request, response, callback, limits))
                || super.handle(request, response, callback);
    }

    private @Nullable FrameHandler negotiate(
            WebSocketComponents components,
            SocketHandler handler,
            ServerUpgradeRequest request,
            ServerUpgradeResponse response,
            Callback callback) {
        if (!origins.allows(request)) {
            shared.counters().refusedOrigin.increment();
            refuse(response, callback, HttpStatus.FORBIDDEN_403, "This origin may not connect.\n");
            return null;
        }
        if (!shared.registry().tryUpgrade()) {
            shared.counters().refusedNotAccepting.increment();
            response.getHeaders()
                    .put(HttpHeader.RETRY_AFTER, shared.config().retryAfter().toSeconds());
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
            refuse(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503, "Not accepting sockets now.\n");
            return null;
        }
        AtomicBoolean ended = new AtomicBoolean();
        Runnable end = () -> {
            if (ended.compareAndSet(false, true)) {
                shared.registry().upgradeEnded();
            }
        };
        try {
            request.addHttpStreamWrapper(stream -> new UpgradeStream(stream, end));
            response.setExtensions(List.of());
            return new Connection(shared, components.getExecutor(), handler, Handshake.of(request));
        } catch (RuntimeException e) {
            end.run();
            throw e;
        }
    }

    private static void refuse(Response response, Callback callback, int status, String text) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
        Content.Sink.write(response, true, text, callback);
    }

    /** Tells when the request has ended: the connection has been opened by then, where a completion listener is too early. */
    private static final class UpgradeStream extends HttpStream.Wrapper {
        private final Runnable end;

        UpgradeStream(HttpStream wrapped, Runnable end) {
            super(wrapped);
            this.end = end;
        }

        @Override
        public void succeeded() {
            try {
                super.succeeded();
            } finally {
                end.run();
            }
        }

        @Override
        public void failed(Throwable failure) {
            try {
                super.failed(failure);
            } finally {
                end.run();
            }
        }
    }
}
