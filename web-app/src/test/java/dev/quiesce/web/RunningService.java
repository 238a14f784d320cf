package dev.quiesce.web;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged sample service, started as its users start it: {@code java -jar}. */
final class RunningService implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(40);

    /** After that long, {@code docker stop} kills. */
    static final Duration GRACE_PERIOD = Duration.ofSeconds(10);

    private static final Path JAR = Path.of("target", "quiesce-web-app.jar").toAbsolutePath();
    private static final Pattern ADDRESS = Pattern.compile("http://([^/]+)/");

    private static final Pattern STOP_TIME = Pattern.compile("Stopped .*? in (\\d+) ms");

    private final ServiceProcess process;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private RunningService(ServiceProcess process) {
        this.process = process;
    }

    /** Starts the service; it may not be ready yet. */
    static RunningService start(Map<String, String> environment, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(ServiceProcess.javaCommand(), "-jar", JAR.toString()));
        command.addAll(Arrays.asList(options));
        return new RunningService(ServiceProcess.start(Path.of("target"), environment, command));
    }

    /** Starts the service with variables that come on top of the others, and waits until it is ready. */
    static RunningService ready(Map<String, String> environment, Map<String, String> more) throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        RunningService service = start(all);
        service.process.awaitLine("Ready after", PATIENCE);
        return service;
    }

    ServiceProcess process() {
        return process;
    }

    /** Returns the URI of a path of the service. */
    URI http(String path) throws Exception {
        return address("Serving HTTP on", path);
    }

    /** Returns the URI of a path of the management listener. */
    URI admin(String path) throws Exception {
        return address("Management on", path);
    }

    HttpClient client() {
        return client;
    }

    HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> getAsync(URI uri) {
        return client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> postAsync(URI uri) {
        return client.sendAsync(
                HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    /** Waits until at least this many requests are in flight. */
    void awaitInFlight(int count) throws Exception {
        awaitGauge("requestsInFlight", count);
    }

    /** Waits until a gauge of the management listener is at least this high. */
    void awaitGauge(String name, int count) throws Exception {
        Pattern gauge = Pattern.compile("\"" + name + "\":(\\d+)");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String state = get(admin("/lifecycle")).body();
            Matcher matcher = gauge.matcher(state);
            if (matcher.find() && Integer.parseInt(matcher.group(1)) >= count) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new TimeoutException("Not " + count + " " + name + ": " + state);
            }
        }
    }

    int terminate() throws Exception {
        process.signal("TERM");
        return process.awaitExit(PATIENCE);
    }

    /** Returns the log messages that begin with one of the words, without time, level and logger. */
    List<String> log(String... words) {
        Pattern line = Pattern.compile("\\S+ \\w+ +\\w+ +((" + String.join("|", words) + ")\\b.*)");
        return process.lines().stream()
                .map(line::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .toList();
    }

    String lastLine() {
        List<String> lines = process.lines();
        return lines.get(lines.size() - 1);
    }

    /** Returns how long the shutdown took by its own report, which a slow exit of the JVM does not lengthen. */
    Duration reportedStopTime() {
        Matcher matcher = STOP_TIME.matcher(lastLine());
        if (!matcher.find()) {
            throw new IllegalStateException("No time of the shutdown in the line '" + lastLine() + "'");
        }
        return Duration.ofMillis(Long.parseLong(matcher.group(1)));
    }

    @Override
    public void close() {
        process.close();
    }

    private URI address(String line, String path) throws Exception {
        Matcher matcher = ADDRESS.matcher(process.awaitLine(line, PATIENCE));
        if (!matcher.find()) {
            throw new IllegalStateException("No address in the line with '" + line + "'");
        }
        return URI.create("http://" + matcher.group(1) + path);
    }
}
