package dev.quiesce.benchmarks.drill;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What wrk has measured with keep-alive connections in a closed loop.
 *
 * @param requests how many requests
 * @param perSecond requests per second
 * @param p99Millis the 99th percentile of the latency, in milliseconds
 */
record Wrk(long requests, double perSecond, double p99Millis) {
    private static final int CONNECTIONS = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern PER_SECOND = Pattern.compile("Requests/sec: +([0-9.]+)");
    private static final Pattern P99 = Pattern.compile("99% +([0-9.]+)(us|ms|s)");
    private static final Map<String, Double> MILLIS = Map.of("us", 1e-3, "ms", 1.0, "s", 1e3);

    /**
     * Asks for as long as given.
     *
     * @throws IOException if there is no wrk, or a request has failed
     */
    static Wrk run(String uri, Duration time) throws IOException, InterruptedException, TimeoutException {
        List<String> command =
                List.of("wrk", "-t1", "-c" + CONNECTIONS, "-d" + time.toSeconds() + "s", "--latency", uri);
        try (ServiceProcess wrk = start(command)) {
            int code = wrk.awaitExit(time.plus(PATIENCE));
            String output = String.join("\n", wrk.lines());
            Matcher requests = REQUESTS.matcher(output);
            Matcher perSecond = PER_SECOND.matcher(output);
            Matcher p99 = P99.matcher(output);
            if (code != 0
                    || output.contains("Non-2xx")
                    || output.contains("Socket errors")
                    || !requests.find()
                    || !perSecond.find()
                    || !p99.find()) {
                throw new IOException("wrk: " + output);
            }
            return new Wrk(
                    Long.parseLong(requests.group(1)),
                    Double.parseDouble(perSecond.group(1)),
                    Double.parseDouble(p99.group(1)) * MILLIS.get(p99.group(2)));
        }
    }

    private static ServiceProcess start(List<String> command) throws IOException {
        try {
            return ServiceProcess.start(Path.of("").toAbsolutePath(), Map.of(), command);
        } catch (IOException e) {
            throw new IOException("there is no wrk: install the package of that name", e);
        }
    }
}
