package dev.quiesce.web.http;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Report;
import dev.quiesce.lifecycle.Report.Step;
import dev.quiesce.lifecycle.Stage;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
import org.jspecify.annotations.Nullable;

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
            case "/livez", "/readyz", "/lifecycle", "/metrics" -> {
                if (!read) {
                    response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
                    text(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405, "only GET and HEAD");
                } else {
                    answer(path, response, callback);
                }
            }
            default ->
                text(
                        response,
                        callback,
                        HttpStatus.NOT_FOUND_404,
                        "there are /livez, /readyz, /lifecycle and /metrics");
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
            case "/metrics" -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
                Content.Sink.write(response, true, metrics(stage), callback);
            }
            default -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                Content.Sink.write(response, true, JSON.std.asString(state(coordinator.get())) + "\n", callback);
            }
        }
    }

    /** Returns the gauges as Prometheus reads them, each of the type "untyped", which is the one without a declaration. */
    private String metrics(Stage stage) {
        StringBuilder text = new StringBuilder();
        for (Stage each : Stage.values()) {
            line(text, "stage{stage=\"" + each + "\"}", each == stage ? 1 : 0);
        }
        gauges.forEach((name, gauge) -> line(text, snakeCase(name), gauge.getAsLong()));
        return text.toString();
    }

    /** Not by a format, which takes the digits of the default locale. */
    private static void line(StringBuilder text, String name, long value) {
        text.append("quiesce_").append(name).append(' ').append(value).append('\n');
    }

    private static String snakeCase(String name) {
        return name.replaceAll("(?=[A-Z])(?<=[a-z0-9])", "_").toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> state(Coordinator coordinator) {
        ComponentGraph graph = coordinator.graph();
        Report report = coordinator.report();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("stage", report.stage().name());
        state.put("startOrder", graph.startOrder());
        state.put("stopOrder", graph.stopOrder());
        state.put("remarks", graph.remarks());
        Map<String, Step> lastSteps = new HashMap<>();
        for (Step step : report.steps()) {
            lastSteps.put(step.component(), step);
        }
        state.put(
                "components",
                report.components().stream()
                        .map(name -> component(name, graph.dependenciesOf(name), lastSteps.get(name)))
                        .toList());
        Map<String, Long> values = new LinkedHashMap<>();
        gauges.forEach((name, gauge) -> values.put(name, gauge.getAsLong()));
        state.put("gauges", values);
        return state;
    }

    private static Map<String, Object> component(String name, Set<String> dependencies, @Nullable Step step) {
        Map<String, Object> component = new LinkedHashMap<>();
        component.put("name", name);
        component.put("dependencies", dependencies);
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
