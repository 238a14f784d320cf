package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>A process that has been asked to stop, or whose start has failed, ends whatever happens: one second after the total
 * time of the shutdown a watchdog halts the JVM with code 1.
 *
 * <p>A {@code System.exit} from elsewhere still stops the service in order, by a shutdown hook, and keeps its own code.
 * Where the JVM does not let signals be trapped, as with {@code -Xrs}, a line in the log says so.
 *
 * <p>Thread-safe.
 */
public final class ProcessHost {
    private static final long SAME_REQUEST = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int EXIT_FAULTS = 1;
    private static final int EXIT_START_FAILED = 2;
    private static final int EXIT_SIGNAL_BASE = 128;

    private final List<String> untrapped = new ArrayList<>();
    private @Nullable Coordinator service;
    private int requests;
    private int hurriedBy;
    private boolean watched;
    private long lastSignal;

    private ProcessHost() {}

    /**
     * Traps SIGTERM and SIGINT. Meant as the first statement of {@code main}: until then the JVM dies of a signal. A signal
     * that comes before {@link #runAndExit} ends the JVM with code 0, since nothing has been started.
     */
    public static ProcessHost trapSignals() {
        ProcessHost host = new ProcessHost();
        for (String name : List.of("TERM", "INT")) {
            Signals.trap(name, host::onSignal).ifPresent(why -> host.untrapped.add("SIG" + name + " (" + why + ")"));
        }
        return host;
    }

    /**
     * Starts the service, waits until it is asked to stop, stops it, and ends the JVM with the exit code that tells how it
     * went. An interrupt of the calling thread counts as a request to stop.
     */
    public void runAndExit(Coordinator service) {
        int code = EXIT_FAULTS;
        try {
            code = run(service);
        } catch (Throwable broken) {
            log().error("The lifecycle itself failed; exit code {}", code, broken);
        }
        System.exit(code);
    }

    /**
     * Creates the service, then does what {@link #runAndExit(Coordinator)} does. If it cannot be created, the reason is
     * logged and the exit code is 2.
     */
    public void runAndExit(Callable<Coordinator> service) {
        Coordinator created;
        try {
            created = service.call();
        } catch (Exception | LinkageError e) {
            log().error("The service cannot be created; exit code {}", EXIT_START_FAILED, e);
            System.exit(EXIT_START_FAILED);
            return;
        }
        runAndExit(created);
    }

    private int run(Coordinator service) {
        attach(requireNonNull(service, "service"));
        if (!untrapped.isEmpty()) {
            log().warn(
                            "Cannot trap {}: such a signal ends the JVM without an ordered stop; run it without -Xrs",
                            String.join(", ", untrapped));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> service.stop("System.exit"), "quiesce-exit"));
        try {
            if (service.start()) {
                service.awaitStopRequest();
            }
        } catch (StartFailedException e) {
            watch(service);
            log().error("Start failed: {}; exit code {}", e.getMessage(), EXIT_START_FAILED);
            return EXIT_START_FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watch(service);
        Report report = service.stop("interrupt");
        int code = exitCode(report);
        if (code == 0) {
            log().info("{}; exit code 0", report.summary());
        } else {
            log().error("{}; exit code {}", report.summary(), code);
        }
        return code;
    }

    private synchronized void attach(Coordinator coordinator) {
        if (service != null) {
            throw new IllegalStateException("A process host runs one service, once");
        }
        service = coordinator;
    }

    private synchronized void watch(Coordinator stopping) {
        if (!watched) {
            watched = true;
            Watchdog.start(stopping.budgets().total());
        }
    }

    private synchronized int exitCode(Report report) {
        if (hurriedBy != 0) {
            return EXIT_SIGNAL_BASE + hurriedBy;
        }
        return report.isClean() ? 0 : EXIT_FAULTS;
    }

    /** Not a constant: to load a logging system takes longer than to trap signals, which has to come first. */
    private static Logger log() {
        return LoggerFactory.getLogger(ProcessHost.class);
    }

    /** Acts first and logs then: a log that blocks must not keep a signal from its work. */
    private void onSignal(String name, int number) {
        switch (countRequest(name, number)) {
            case EARLY -> System.exit(0);
            case SAME -> log().debug("SIG{} again", name);
            case FIRST -> log().debug("SIG{} received", name);
            case SECOND -> log().warn("SIG{} received again: hurrying, work in flight may be lost", name);
            case THIRD -> Runtime.getRuntime().halt(EXIT_SIGNAL_BASE + number);
        }
    }

    private enum Request {
        EARLY,
        FIRST,
        SECOND,
        THIRD,
        SAME
    }

    private synchronized Request countRequest(String name, int number) {
        Coordinator stopping = service;
        if (stopping == null) {
            return Request.EARLY;
        }
        long now = System.nanoTime();
        boolean same = requests > 0 && now - lastSignal < SAME_REQUEST;
        lastSignal = now;
        if (same) {
            return Request.SAME;
        }
        requests++;
        if (requests > 2) {
            return Request.THIRD;
        }
        if (requests == 2) {
            hurriedBy = number;
            stopping.hurry();
            return Request.SECOND;
        }
        watch(stopping);
        stopping.requestStop("SIG" + name);
        return Request.FIRST;
    }
}
