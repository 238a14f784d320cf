package dev.quiesce.realtime.engineio;

import dev.quiesce.realtime.Handshake;
import dev.quiesce.realtime.OriginPolicy;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of clients: their handshakes, their polls and what they post, and hands WebSockets on to the handler that
 * this one wraps. Safe for use by many threads once started.
 */
final class Endpoint extends Handler.Wrapper {
    private static final String PROTOCOL = "4";
    private static final String METHODS = "GET, POST, OPTIONS";

    private final Shared shared;
    private final EngineIoServer server;
    private final ServerThreads threads;
    private final OriginPolicy origins;

    Endpoint(Shared shared, EngineIoServer server, ServerThreads threads) {
        this.shared = shared;
        this.server = server;
        this.threads = threads;
        this.origins = new OriginPolicy(shared.config().allowedOrigins());
    }

    @Override
    protected void doStart() throws Exception {
        threads.are(getServer().getThreadPool());
        super.doStart();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        String own = shared.config().path();
        if (!own.startsWith(path) || path.length() < own.length() - 1) {
            return false;
        }
        if (!origins.allows(request)) {
            shared.counters().refusedOrigin.increment();
            Answer.refuse(response, callback, Refusal.FORBIDDEN);
            return true;
        }
        allowOrigin(request, response);
        if (HttpMethod.OPTIONS.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            response.getHeaders().put(HttpHeader.ACCESS_CONTROL_ALLOW_HEADERS, HttpHeader.CONTENT_TYPE.asString());
            Answer.nothing(response, callback);
            return true;
        }
        Fields query = query(request);
        Refusal refusal = query == null ? Refusal.BAD_REQUEST : refusal(request, query);
        if (refusal != null) {
            refuse(response, callback, refusal);
            return true;
        }
        if (isWebSocket(query)) {
            return super.handle(request, response, callback);
        }
        String id = query.getValue("sid");
        if (id == null) {
            open(request, response, callback);
            return true;
        }
        EngineSocket socket = shared.sockets().find(id);
        if (socket != null && HttpMethod.GET.is(request.getMethod())) {
            // One that is ending is asked as well, in turn: its last words are there only when it has ended.
            socket.ask(poll(request, response, callback));
        } else if (socket != null && socket.isOpen()) {
            post(socket, request, response, callback);
        } else {
            ended(id, request, response, callback);
        }
        return true;
    }

    private static @Nullable Fields query(Request request) {
        try {
            return Request.extractQueryParameters(request);
        } catch (IllegalArgumentException | HttpException.RuntimeException e) {
            return null;
        }
    }

    private @Nullable Refusal refusal(Request request, Fields query) {
        String transport = query.getValue("transport");
        if (!"polling".equals(transport) && !"websocket".equals(transport)) {
            return Refusal.UNKNOWN_TRANSPORT;
        }
        if (!PROTOCOL.equals(query.getValue("EIO"))) {
            return Refusal.UNSUPPORTED_VERSION;
        }
        boolean isGet = HttpMethod.GET.is(request.getMethod());
        if (isWebSocket(query) && !isUpgrade(request)) {
            return isGet ? Refusal.BAD_REQUEST : Refusal.BAD_HANDSHAKE_METHOD;
        }
        String id = query.getValue("sid");
        if (id == null) {
            if (isWebSocket(query)) {
                return limit(request);
            }
            return isGet ? null : Refusal.BAD_HANDSHAKE_METHOD;
        }
        if (isWebSocket(query)) {
            return shared.sockets().find(id) == null ? Refusal.UNKNOWN_SESSION : null;
        }
        return isGet || HttpMethod.POST.is(request.getMethod()) ? null : Refusal.BAD_REQUEST;
    }

    /** Opens a socket that polls; the hub opens those by WebSocket, if it is the time. */
    private void open(Request request, Response response, Callback callback) {
        if (!server.tryBeginHandshake()) {
            shared.counters().refusedNotAccepting.increment();
            refuse(response, callback, Refusal.NOT_NOW);
            return;
        }
        try {
            Refusal refusal = limit(request);
            if (refusal != null) {
                refuse(response, callback, refusal);
            } else {
                EngineSocket.openPolling(shared, Handshake.of(request), poll(request, response, callback));
            }
        } finally {
            server.endHandshake();
        }
    }

    private @Nullable Refusal limit(Request request) {
        Refusal refusal = shared.sockets().refusal(Request.getRemoteAddr(request));
        if (refusal != null) {
            shared.counters().refusedLimit.increment();
        }
        return refusal;
    }

    private void refuse(Response response, Callback callback, Refusal refusal) {
        if (refusal == Refusal.NOT_NOW || refusal == Refusal.TOO_MANY_OF_ADDRESS) {
            Answer.refuseForNow(response, callback, refusal, shared.config().retryAfter());
        } else {
            Answer.refuse(response, callback, refusal);
        }
    }

    private static boolean isWebSocket(Fields query) {
        return "websocket".equals(query.getValue("transport"));
    }

    private static boolean isUpgrade(Request request) {
        return HttpMethod.CONNECT.is(request.getMethod())
                || (HttpMethod.GET.is(request.getMethod())
                        && request.getHeaders().contains(HttpHeader.UPGRADE, "websocket"));
    }

    private void ended(String id, Request request, Response response, Callback callback) {
        if (HttpMethod.GET.is(request.getMethod())) {
            shared.sockets().answerLast(id, poll(request, response, callback));
        } else {
            Answer.refuse(response, callback, Refusal.UNKNOWN_SESSION);
        }
    }

    private static Poll poll(Request request, Response response, Callback callback) {
        waitsForTheHandler(request);
        return new Poll(response, callback);
    }

    /** Leaves it to the heartbeat to find clients that have gone. A request that is still being read may be too slow all the same. */
    private static void waitsForTheHandler(Request request) {
        request.addIdleTimeoutListener(expired -> false);
    }

    private void post(EngineSocket socket, Request request, Response response, Callback callback) {
        Inbound inbound = socket.inbound();
        if (!socket.isPolling()) {
            Answer.refuse(response, callback, Refusal.BAD_REQUEST);
            return;
        }
        if (!inbound.tryPost()) {
            socket.misused();
            Answer.refuse(response, callback, Refusal.BAD_REQUEST);
            return;
        }
        waitsForTheHandler(request);
        int most = shared.config().maxPayload();
        if (request.getLength() > most) {
            inbound.endPost();
            socket.misused();
            Answer.refuse(response, callback, Refusal.TOO_LARGE);
            return;
        }
        Promise.Invocable<byte[]> read = Promise.Invocable.from(
                InvocationType.BLOCKING, body -> posted(socket, body, response, callback), failure -> {
                    inbound.endPost();
                    boolean isTooLarge = failure instanceof IllegalStateException;
                    socket.misused();
                    Answer.refuse(response, callback, isTooLarge ? Refusal.TOO_LARGE : Refusal.BAD_REQUEST);
                });
        Content.Source.asByteArrayAsync(request, most, read);
    }

    private static void posted(EngineSocket socket, byte[] body, Response response, Callback callback) {
        try {
            socket.inbound().receive(Payload.decode(body), () -> {
                socket.inbound().endPost();
                Answer.packets(response, callback, "ok");
            });
        } catch (Payload.MalformedException e) {
            socket.inbound().endPost();
            socket.malformed();
            Answer.refuse(response, callback, Refusal.BAD_REQUEST);
        }
    }

    /** Lets pages of an origin that has been named read the answer. */
    private void allowOrigin(Request request, Response response) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin != null && !shared.config().allowedOrigins().isEmpty()) {
            HttpFields.Mutable headers = response.getHeaders();
            headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.put(HttpHeader.VARY, HttpHeader.ORIGIN.asString());
            // Who lets every page in does not mean it to speak with the cookies of whoever looks at it.
            if (shared.config().allowedOrigins().stream().anyMatch(origin::equalsIgnoreCase)) {
                headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
            }
        }
    }
}
