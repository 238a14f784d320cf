package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts {@link SampleProcess} in various surroundings, and reads what it has written. */
final class Samples {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> LOGBACK = List.of(
            "-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider",
            "-Dlogback.configurationFile=logback-process.xml");

    private Samples() {}

    static ServiceProcess start(String... faults) throws IOException {
        return start(Map.of(), List.of(), faults);
    }

    static ServiceProcess start(Map<String, String> environment, List<String> jvmOptions, String... faults)
            throws IOException {
        return ServiceProcess.start(
                Path.of("").toAbsolutePath(),
                environment,
                ServiceProcess.javaCommand(SampleProcess.class, withLogback(jvmOptions), faults));
    }

    static List<String> withLogback(List<String> jvmOptions) {
        List<String> all = new ArrayList<>(LOGBACK);
        all.addAll(jvmOptions);
        return all;
    }

    /** Returns the calls of components in their order. */
    static List<String> calls(ServiceProcess process) {
        return process.lines().stream()
                .filter(line -> line.matches("(start|drain|stop) \\w+"))
                .toList();
    }

    /** Returns the reports that have been written as lines of JSON. */
    static List<String> reports(ServiceProcess process) {
        return process.lines().stream()
                .filter(line -> line.contains("{\"schema\":\"quiesce-report/1\""))
                .map(line -> line.substring(line.indexOf('{')))
                .toList();
    }
}
