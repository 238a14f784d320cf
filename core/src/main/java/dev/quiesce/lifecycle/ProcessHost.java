package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Runs a service as a whole process: traps SIGTERM and SIGINT, starts the service, stops it when asked, and tells the
 * truth in the exit code.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *     ProcessHost host = ProcessHost.trapSignals();
 *     ...
 *     host.runAndExit(Coordinator.of(graph));
 * }
 * }</pre>
 *
 * <table>
 * <caption>Exit codes</caption>
 * <tr><th>Code</th><th>Meaning</th></tr>
 * <tr><td>0</td><td>stopped cleanly, also when the stop was asked for during the start</td></tr>
 * <tr><td>1</td><td>stopped, but a component failed or overran; the last log line names it</td></tr>
 * <tr><td>2</td><td>the start failed; the last log line says why</td></tr>
 * <tr><td>128 + n</td><td>hurried by a second signal of number n, or halted by a third</td></tr>
 * </table>
 *
 * <p>The first signal asks for the stop, the second cuts linger and drain short, the third halts the JVM at once. Signals
 * that arrive within 250 ms of the one before count as the same: a terminal and a wrapper script, or a supervisor, may
 * well deliver one request twice.
 *
 * <p>A process that has been asked to stop, or whose start has failed, ends whatever happens: when the total time of the
 * shutdown is over, a watchdog halts the JVM with code 1.
 *
 * <p>A {@code System.exit} from elsewhere still stops the service in order, by a shutdown hook, and keeps its own code.
 * Where the JVM does not let signals be trapped, as with {@code -Xrs} or without the module {@code jdk.unsupported}, a line
 * in the log says so, and what then becomes of a signal.
 *
 * <p>The report is logged as one line of JSON, and the line after it says in words how it went, with the exit code.
 *
 * <table>
 * <caption>Environment</caption>
 * <tr><th>Variable</th><th>Meaning</th></tr>
 * <tr><td>{@code QUIESCE_PLATFORM_GRACE}</td><td>how long the platform waits after SIGTERM before it kills, for example
 * {@code 30s}; a service whose shutdown may take as long is not started. Where it is not set, the default of Kubernetes
 * (30 s) or systemd (90 s) is assumed if one of them is recognised, and a total that does not fit is warned of</td></tr>
 * <tr><td>{@code QUIESCE_REPORT_FILE}</td><td>a file to write the final report to, for example
 * {@code /dev/termination-log}; none by default</td></tr>
 * <tr><td>{@code NOTIFY_SOCKET}</td><td>set by systemd for a unit of {@code Type=notify}: it is then told by
 * {@code systemd-notify} of readiness, of the stop and the time that this may take, and of what is waited for; the unit
 * needs {@code NotifyAccess=all}</td></tr>
 * </table>
 *
 * <p>Thread-safe.
 */
public final class ProcessHost {
    private static final long SAME_REQUEST = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LONGEST_LINE_SECONDS = 1;
    private static final Duration LONGEST_WORDS = Duration.ofMillis(100);
    private static final String CODE_OF_OTHERS = "the JVM exits with the code that it was given";
    private static final int EXIT_FAULTS = 1;
    private static final int EXIT_START_FAILED = 2;
    private static final int EXIT_SIGNAL_BASE = 128;

    /** A signal before there is anything to stop. */
    private static final int EARLY = 0;

    /** A signal that repeats a request. */
    private static final int SAME = -1;

    private final List<String> untrapped = new ArrayList<>();
    private final CountDownLatch lastLine = new CountDownLatch(1);
    private @Nullable Coordinator service;
    private @Nullable ReportFile reportFile;
    private @Nullable Watchdog watchdog;
    private boolean concluded;
    private boolean jvmExits;
    private int requests;
    private int hurriedBy;
    private long lastSignal;

    private ProcessHost() {}

    /**
     * Traps SIGTERM and SIGINT. Meant as the first statement of {@code main}: until then the JVM dies of a signal. A signal
     * that comes before {@link #runAndExit} ends the JVM with code 0, since nothing has been started.
     */
    public static ProcessHost trapSignals() {
        ProcessHost host = new ProcessHost();
        for (String name : List.of("TERM", "INT")) {
            String why = Signals.trap(name, host::onSignal);
            if (why != null) {
                host.untrapped.add("SIG" + name + " (" + why + ")");
            }
        }
        return host;
    }

    /**
     * Starts the service, waits until it is asked to stop, stops it, and ends the JVM with the exit code that tells how it
     * went. An interrupt of the calling thread counts as a request to stop once the service is ready.
     */
    public void runAndExit(Coordinator service) {
        int code = EXIT_FAULTS;
        try {
            code = run(service);
        } catch (Throwable broken) {
            log().error("The lifecycle itself failed; exit code {}", code, broken);
        } finally {
            // Whatever happens: even the log may fail.
            System.exit(code);
        }
    }

    /**
     * Creates the service, then does what {@link #runAndExit(Coordinator)} does. If it cannot be created, for whatever
     * reason, that is logged and the exit code is 2.
     */
    public void runAndExit(Callable<Coordinator> service) {
        Coordinator created = null;
        try {
            created = requireNonNull(service.call(), "no service");
        } catch (Throwable e) {
            log().error("The service cannot be created; exit code {}", EXIT_START_FAILED, e);
        } finally {
            if (created == null) {
                System.exit(EXIT_START_FAILED);
            }
        }
        runAndExit(created);
    }

    private int run(Coordinator service) {
        try {
            prepare(requireNonNull(service, "service"), System.getenv());
        } catch (IllegalArgumentException e) {
            say(Level.ERROR, "Not started: " + e.getMessage() + "; exit code " + EXIT_START_FAILED);
            return EXIT_START_FAILED;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopBeforeJvmExits(service), "quiesce-exit"));
        try {
            if (service.start()) {
                service.awaitStopRequest();
            }
        } catch (StartFailedException | InterruptedException e) {
            // The report tells of the one, and the other is a request to stop.
        }
        Report report = service.stop("interrupt");
        int code = exitCode(report);
        conclude(report, doesJvmExit() ? CODE_OF_OTHERS : "exit code " + code);
        return code;
    }

    /** Does what has to be done before anything starts, so that a mistake leaves nothing behind. */
    private void prepare(Coordinator coordinator, Map<String, String> environment) {
        ReportFile file = ReportFile.in(environment);
        PlatformGrace grace = PlatformGrace.in(environment);
        Duration total = coordinator.budgets().total();
        boolean tooShort = grace != null && !grace.fits(total);
        if (tooShort && grace.known()) {
            throw new IllegalArgumentException(grace.mismatch(total));
        }
        attach(coordinator, file);
        coordinator.listen(new Watch());
        if (tooShort) {
            say(Level.WARN, grace.mismatch(total));
        }
        if (!untrapped.isEmpty()) {
            say(Level.WARN, "Cannot trap " + String.join(", ", untrapped));
        }
        if (environment.containsKey(SystemdNotifier.SOCKET)) {
            coordinator.listen(new SystemdNotifier(coordinator.budgets()));
        }
    }

    /** Sees to it that a shutdown for whatever reason, a failed start included, ends in time. */
    private final class Watch implements LifecycleListener {
        @Override
        public void entered(Stage stage) {
            if (stage == Stage.LINGERING || stage == Stage.QUIESCING || stage.isTerminal()) {
                watch();
            }
        }

        @Override
        public void ended(Report.Step step) {
            if (step.stage() == Stage.STARTING && !step.outcome().isClean()) {
                watch();
            }
        }
    }

    private void stopBeforeJvmExits(Coordinator coordinator) {
        synchronized (this) {
            jvmExits = true;
        }
        watch();
        Report report = coordinator.stop(untrapped.isEmpty() ? "System.exit" : "exit of the JVM");
        conclude(report, CODE_OF_OTHERS);
        awaitLastLine();
    }

    /** The JVM ends with its hooks, and another thread may be about to write the line. */
    private void awaitLastLine() {
        try {
            lastLine.await(LONGEST_LINE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean doesJvmExit() {
        return jvmExits;
    }

    /** Writes the report's file and the last line, once. */
    private void conclude(Report report, String code) {
        ReportFile file;
        synchronized (this) {
            if (concluded) {
                return;
            }
            concluded = true;
            file = reportFile;
        }
        try {
            write(report, file);
            String line = report.summary() + "; " + code;
            say(report.isClean() && !report.hurried() ? Level.INFO : Level.ERROR, line);
            if (doesJvmExit() && doesLogEndWithJvm()) {
                System.err.println(report.toJson());
                System.err.println(line);
            }
        } finally {
            lastLine.countDown();
        }
    }

    private static void write(Report report, @Nullable ReportFile file) {
        try {
            if (file != null) {
                file.write(report);
            }
        } catch (IOException e) {
            say(Level.WARN, "The report cannot be written to " + file + ": " + e);
        }
    }

    /** Most logs close themselves by a hook of their own when the JVM exits; Logback is known not to. */
    private static boolean doesLogEndWithJvm() {
        return !LoggerFactory.getILoggerFactory().getClass().getName().startsWith("ch.qos.logback");
    }

    private synchronized void attach(Coordinator coordinator, @Nullable ReportFile file) {
        if (service != null) {
            throw new IllegalStateException("A process host runs one service, once");
        }
        service = coordinator;
        reportFile = file;
        watchdog = new Watchdog(coordinator, file);
    }

    private synchronized void watch() {
        if (watchdog != null) {
            watchdog.shutdownBegan();
        }
    }

    private synchronized int exitCode(Report report) {
        if (report.isStartFailure()) {
            return EXIT_START_FAILED;
        }
        if (report.hurried() && hurriedBy != 0) {
            return EXIT_SIGNAL_BASE + hurriedBy;
        }
        return report.isClean() ? 0 : EXIT_FAULTS;
    }

    /** A log that fails must change neither the order nor the exit code. */
    private static void say(Level level, String line) {
        try {
            log().atLevel(level).log(line);
        } catch (Throwable broken) {
            System.err.println(line);
            System.err.println("The log has failed: " + broken.getClass().getName());
        }
    }

    /** Not a constant: to load a logging system takes longer than to trap signals, which has to come first. */
    private static Logger log() {
        return LoggerFactory.getLogger(ProcessHost.class);
    }

    /** Acts first and logs then: a log that blocks must not keep a signal from its work. */
    private void onSignal(String name, int number) {
        int request = countRequest(name, number);
        if (request == EARLY) {
            System.exit(0);
        } else if (request == SAME) {
            say(Level.DEBUG, "SIG" + name + " again");
        } else if (request == 1) {
            say(Level.DEBUG, "SIG" + name + " received");
        } else if (request == 2) {
            say(Level.WARN, "SIG" + name + " received again: hurrying, work in flight may be lost");
        } else {
            halt(name, EXIT_SIGNAL_BASE + number);
        }
    }

    private void halt(String name, int code) {
        Watchdog halting;
        synchronized (this) {
            halting = requireNonNull(watchdog);
        }
        halting.halt("Halted by a third signal, SIG" + name, code, LONGEST_WORDS);
    }

    /** Acts on the first and the second request, and returns the number of this one, or what else it is. */
    private synchronized int countRequest(String name, int number) {
        Coordinator stopping = service;
        if (stopping == null) {
            return EARLY;
        }
        long now = System.nanoTime();
        boolean same = requests > 0 && now - lastSignal < SAME_REQUEST;
        lastSignal = now;
        if (same) {
            return SAME;
        }
        requests++;
        if (requests == 1) {
            stopping.requestStop("SIG" + name);
            watch();
        } else if (requests == 2) {
            hurriedBy = number;
            stopping.hurry();
        }
        return requests;
    }
}
