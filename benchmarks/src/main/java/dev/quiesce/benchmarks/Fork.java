package dev.quiesce.benchmarks;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** Measures in a JVM of its own, which prints a line {@code name=value} for each figure. */
final class Fork {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Fork() {}

    static Map<String, Double> measure(Class<?> main, List<String> jvmOptions, String... arguments)
            throws IOException, InterruptedException, TimeoutException {
        try (ServiceProcess process = ServiceProcess.java(main, jvmOptions, arguments)) {
            int code = process.awaitExit(PATIENCE);
            Check.that(code == 0, "Exit code " + code + ":\n" + String.join("\n", process.lines()));
            Map<String, Double> figures = new HashMap<>();
            for (String line : process.lines()) {
                int sign = line.indexOf('=');
                Check.that(sign > 0, "Not a figure: " + line);
                figures.put(line.substring(0, sign), Double.valueOf(line.substring(sign + 1)));
            }
            return figures;
        }
    }

    static void print(String name, double value) {
        System.out.println(name + "=" + value);
    }
}
