package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.EngineIoServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The requests that {@code src/test/node/CONTRACT.md} names. Safe for use by many threads. */
final class ContractControl extends Handler.Abstract {
    private final EngineIoServer engine;
    private final SocketIoServer io;
    private final List<Namespace> namespaces;
    private volatile boolean open;

    ContractControl(EngineIoServer engine, SocketIoServer io, List<Namespace> namespaces) {
        this.engine = engine;
        this.io = io;
        this.namespaces = namespaces;
    }

    /** Lets requests in, which are answered 503 before. */
    void open() {
        open = true;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String route = request.getMethod() + " " + Request.getPathInContext(request);
        if (!route.contains(" /control/")) {
            return false;
        }
        if (!open) {
            answer(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
            return true;
        }
        switch (route) {
            case "GET /control/state" -> state(response, callback);
            case "POST /control/emit" -> emit(Content.Source.asString(request), response, callback);
            case "POST /control/fanout" -> fanOut(Content.Source.asString(request), response, callback);
            default -> answer(response, callback, HttpStatus.NOT_FOUND_404);
        }
        return true;
    }

    private void state(Response response, Callback callback) {
        int sockets = namespaces.stream().mapToInt(Namespace::size).sum();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Map<String, Integer> state = Map.of("sessions", engine.size() + io.size(), "sockets", sockets);
        Content.Sink.write(response, true, Json.write(state).text(), callback);
    }

    private void emit(String body, Response response, Callback callback) {
        Map<String, Object> event = Json.readObject(body);
        List<@Nullable Object> arguments = new ArrayList<>((List<?>) event.get("args"));
        try {
            io.of("/")
                    .to((String) event.get("room"))
                    .publish((String) event.get("event"), arguments.toArray())
                    .whenComplete((published, failure) -> answer(
                            response,
                            callback,
                            failure == null ? HttpStatus.NO_CONTENT_204 : HttpStatus.SERVICE_UNAVAILABLE_503));
        } catch (IllegalStateException e) {
            answer(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
        }
    }

    private void fanOut(String body, Response response, Callback callback) {
        Map<String, Object> how = Json.readObject(body);
        BroadcastOperator room = io.of("/").to((String) how.get("room"));
        String padding = "x".repeat((int) how.get("bytes"));
        for (int i = (int) how.get("count"); i > 0; i--) {
            room.emit("fan", Long.toString(System.nanoTime()), padding);
        }
        answer(response, callback, HttpStatus.NO_CONTENT_204);
    }

    private static void answer(Response response, Callback callback, int status) {
        response.setStatus(status);
        callback.succeeded();
    }
}
