package dev.quiesce.web.testing;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the sample service is started.
 *
 * @param jar its jar
 * @param environment its variables
 * @param options its options, which go before variables
 */
public record Launch(Path jar, Map<String, String> environment, List<String> options) {

    /** Makes the environment and the options immutable. */
    public Launch {
        environment = Map.copyOf(environment);
        options = List.copyOf(options);
    }

    /** Returns this with further options. */
    public Launch with(String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return new Launch(jar, environment, all);
    }

    List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                ServiceProcess.javaCommand(), "-jar", jar.toAbsolutePath().toString()));
        command.addAll(options);
        return command;
    }
}
