package dev.quiesce.web;

import com.google.inject.Guice;
import com.google.inject.Stage;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.ProcessHost;
import dev.quiesce.web.config.ConfigResult;
import dev.quiesce.web.config.ServiceConfig;
import java.util.List;

/**
 * The sample service: a trade board for game items.
 *
 * <p>Exit codes are those of {@link ProcessHost}; a configuration with mistakes is a failed start, 2.
 */
public final class Main {
    private static final int EXIT_START_FAILED = 2;

    private Main() {}

    /** Runs the service until it is told to stop. {@code --help} tells all options. */
    public static void main(String[] arguments) {
        ProcessHost host = ProcessHost.trapSignals();
        ConfigResult result = ServiceConfig.parse(List.of(arguments), System.getenv());
        if (result instanceof ConfigResult.Answer answer) {
            System.out.print(answer.text());
        } else if (result instanceof ConfigResult.Refused refused) {
            System.err.print(refused.text());
            System.exit(EXIT_START_FAILED);
        } else if (result instanceof ConfigResult.Ready ready) {
            host.runAndExit(() -> service(ready.config()));
        }
    }

    private static Coordinator service(ServiceConfig config) {
        // Guice generates no classes then, which it does by means that JDK 25 warns of; we use none of what needs them.
        System.setProperty("guice_bytecode_gen_option", "DISABLED");
        return Guice.createInjector(Stage.PRODUCTION, new ServiceModule(config)).getInstance(Coordinator.class);
    }
}
