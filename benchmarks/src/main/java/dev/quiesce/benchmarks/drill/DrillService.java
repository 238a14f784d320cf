package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.web.testing.Launch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sample service as a process of its own, on a database that goes on without it. */
final class DrillService implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern CLOSED_SOCKETS = Pattern.compile("Closed \\d+ sockets: (\\d+) acknowledged");
    private static final Pattern READY = Pattern.compile("Ready after (\\d+) ms");
    private static final Pattern ADDRESS = Pattern.compile("Serving HTTP on http://([^:]+):(\\d+)/");

    private final ServiceProcess process;
    private final InetSocketAddress address;
    private final int millisOfStart;

    private DrillService(ServiceProcess process, InetSocketAddress address, int millisOfStart) {
        this.process = process;
        this.address = address;
        this.millisOfStart = millisOfStart;
    }

    /** Starts the service and waits until it is ready. */
    static DrillService start(EmbeddedMariaDb database, String... options)
            throws IOException, InterruptedException, TimeoutException {
        return start(environment(database), options);
    }

    /** Starts the service with these options of the JVM, and waits until it is ready. */
    static DrillService start(List<String> jvm, EmbeddedMariaDb database)
            throws IOException, InterruptedException, TimeoutException {
        return start(jvm, environment(database));
    }

    /** Starts the service with the databases that the environment names, and waits until it is ready. */
    static DrillService start(Map<String, String> environment, String... options)
            throws IOException, InterruptedException, TimeoutException {
        return start(List.of(), environment, options);
    }

    private static DrillService start(List<String> jvm, Map<String, String> environment, String... options)
            throws IOException, InterruptedException, TimeoutException {
        Path jar = jar();
        List<String> command = new ArrayList<>(List.of(ServiceProcess.javaCommand()));
        command.addAll(jvm);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of("--http-host=127.0.0.1", "--http-port=0", "--admin-port=0", "--drill"));
        command.addAll(Arrays.asList(options));
        return ready(ServiceProcess.start(jar.getParent(), environment, command));
    }

    /** Returns the options with which so many transactions run at once from the first request on. */
    static String[] forAtOnce(int count) {
        return new String[] {"--admission-ramp=0s", "--db-main-pool-size=" + count, "--db-d4-pool-size=" + count};
    }

    /** Starts the {@link PlainService}, which waits so long for a connection, and waits until it is ready. */
    static DrillService plain(EmbeddedMariaDb database, Duration acquireTimeout)
            throws IOException, InterruptedException, TimeoutException {
        return of(
                PlainService.class,
                database.jdbcUrl("main"),
                database.user(),
                database.password(),
                acquireTimeout.toString());
    }

    /** Starts another service that says the same words, and waits until it is ready. */
    static DrillService of(Class<?> main, String... arguments)
            throws IOException, InterruptedException, TimeoutException {
        return ready(ServiceProcess.java(main, List.of(), arguments));
    }

    /**
     * Returns how the service is started by others, on any free management port. It is told how long the callers of a load really
     * wait; and as many of them may wait as come at once to a fresh instance, which serves less at first.
     */
    static Launch launch(EmbeddedMariaDb database) throws IOException {
        return new Launch(
                jar(),
                environment(database),
                List.of("--admin-port=0", "--drill", "--admission-patience=20s", "--admission-waiting=1000"));
    }

    private static Path jar() throws IOException {
        Path jar = Path.of("web-app", "target", "quiesce-web-app.jar").toAbsolutePath();
        if (!Files.exists(jar)) {
            throw new IOException("there is no " + jar + ": run ./dev drill from the root of the project");
        }
        return jar;
    }

    private static DrillService ready(ServiceProcess process) throws InterruptedException, TimeoutException {
        try {
            Matcher matcher = ADDRESS.matcher(process.awaitLine("Serving HTTP on", PATIENCE));
            Check.that(matcher.find(), "no address in the log");
            Matcher ready = READY.matcher(process.awaitLine("Ready after", PATIENCE));
            return new DrillService(
                    process,
                    new InetSocketAddress(matcher.group(1), Integer.parseInt(matcher.group(2))),
                    ready.find() ? Integer.parseInt(ready.group(1)) : 0);
        } catch (TimeoutException e) {
            process.close();
            throw e;
        }
    }

    private static Map<String, String> environment(EmbeddedMariaDb database) {
        return environment(database, database.port());
    }

    /** Returns what tells the service where its databases are, behind another port. */
    static Map<String, String> environment(EmbeddedMariaDb database, int port) {
        Map<String, String> environment = new HashMap<>();
        for (String name : List.of("main", "d4")) {
            String prefix = "QUIESCE_DB_" + name.toUpperCase(Locale.ROOT);
            environment.put(
                    prefix + "_URL", database.jdbcUrl(name).replace(":" + database.port() + "/", ":" + port + "/"));
            environment.put(prefix + "_USER", database.user());
            environment.put(prefix + "_PASSWORD", database.password());
        }
        return environment;
    }

    InetSocketAddress address() {
        return address;
    }

    /** Returns how long the service says that its components took to start; 0 for another one. */
    int millisOfStart() {
        return millisOfStart;
    }

    /** Tells the service to stop and does not wait. */
    void terminate() {
        ProcessHandle.of(process.pid()).orElseThrow().destroy();
    }

    /** Sends a signal, for example {@code KILL}. */
    void signal(String name) throws IOException, InterruptedException {
        process.signal(name);
    }

    /** Waits for the end and returns the exit code. */
    int awaitExit() throws InterruptedException, TimeoutException {
        return process.awaitExit(PATIENCE);
    }

    long pid() {
        return process.pid();
    }

    /** Returns how many sockets have answered the close frame, by what the service has logged of its stop. */
    int acknowledgedSockets() {
        return process.lines().stream()
                .map(CLOSED_SOCKETS::matcher)
                .filter(Matcher::find)
                .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                .max()
                .orElse(0);
    }

    String lastLine() {
        return process.lastLine();
    }

    @Override
    public void close() {
        process.close();
    }

    static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
