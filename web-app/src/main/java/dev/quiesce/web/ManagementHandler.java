package dev.quiesce.web;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.ComponentStatus;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Report.Step;
import dev.quiesce.lifecycle.Stage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers the requests of the management listener. Thread-safe. */
final class ManagementHandler extends Handler.Abstract {
    private final Supplier<Coordinator> coordinator;
    private final SortedMap<String, LongSupplier> gauges;

    ManagementHandler(Supplier<Coordinator> coordinator, Map<String, LongSupplier> gauges) {
        this.coordinator = coordinator;
        this.gauges = new TreeMap<>(gauges);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        String path = request.getHttpURI().getPath();
        boolean read = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        switch (path) {
            case "/livez", "/readyz", "/lifecycle" -> {
                if (!read) {
                    response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
                    text(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405, "only GET and HEAD");
                } else {
                    answer(path, response, callback);
                }
            }
            default -> text(response, callback, HttpStatus.NOT_FOUND_404, "there are /livez, /readyz and /lifecycle");
        }
        return true;
    }

    private void answer(String path, Response response, Callback callback) throws IOException {
        Stage stage = coordinator.get().stage();
        switch (path) {
            case "/livez" -> text(response, callback, HttpStatus.OK_200, "alive");
            case "/readyz" -> {
                if (stage == Stage.READY) {
                    text(response, callback, HttpStatus.OK_200, "ready");
                } else {
                    text(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503, "not ready: " + stage);
                }
            }
            default -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                Content.Sink.write(response, true, JSON.std.asString(state(coordinator.get())) + "\n", callback);
            }
        }
    }

    private Map<String, Object> state(Coordinator coordinator) {
        ComponentGraph graph = coordinator.graph();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("stage", coordinator.stage().name());
        state.put("startOrder", graph.startOrder());
        state.put("stopOrder", graph.stopOrder());
        state.put("yielded", graph.yielded());
        state.put(
                "components",
                coordinator.components().stream()
                        .map(ManagementHandler::component)
                        .toList());
        Map<String, Long> values = new LinkedHashMap<>();
        gauges.forEach((name, gauge) -> values.put(name, gauge.getAsLong()));
        state.put("gauges", values);
        return state;
    }

    private static Map<String, Object> component(ComponentStatus status) {
        Map<String, Object> component = new LinkedHashMap<>();
        component.put("name", status.name());
        component.put("dependencies", status.dependencies());
        Step step = status.lastStep();
        if (step != null) {
            component.put("stage", step.stage().name());
            component.put("outcome", step.outcome().name());
            component.put("millis", step.took().toMillis());
            if (!step.outcome().isClean()) {
                component.put("fault", step.toString());
            }
        }
        return component;
    }

    private static void text(Response response, Callback callback, int status, String text) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
        Content.Sink.write(response, true, text + "\n", callback);
    }
}
