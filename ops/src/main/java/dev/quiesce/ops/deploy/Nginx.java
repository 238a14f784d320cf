package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** An nginx that runs, be it on this host or in a container. Safe for use by many threads. */
final class Nginx {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration RELOAD = Duration.ofSeconds(15);

    private final DeployConfig config;
    private final Containers containers;

    Nginx(DeployConfig config, Containers containers) {
        this.config = config;
        this.containers = containers;
    }

    /**
     * Tests the configuration that is there.
     *
     * @param part what has to be in it
     * @param otherwise what is said if it is not
     * @throws OpsException if nginx refuses it, with what it says, or does not read that part
     */
    void test(Optional<String> part, String otherwise) throws InterruptedException {
        Program.Result result = tell("-T");
        if (!result.isOk()) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    "nginx refuses its configuration (" + String.join(" ", config.nginx()) + " -T): " + result.said()
                            + "\nMend it. If nginx itself runs well with it, set nginx.command to how nginx was started,"
                            + " with the same -p, -c and -e");
        }
        if (part.isPresent() && !result.out().contains(part.get().strip())) {
            throw new OpsException(ExitCode.REFUSED, otherwise);
        }
    }

    /**
     * Has nginx take the configuration that is there, and waits until it has.
     *
     * @return the workers with the configuration before
     * @throws OpsException if it keeps to the one before
     */
    Set<ProcessHandle> reload() throws InterruptedException {
        Set<ProcessHandle> before = workers();
        if (before.isEmpty()) {
            throw new OpsException(ExitCode.UNAVAILABLE, "nginx has no worker that can be seen from here");
        }
        tell("-s", "reload").orFail();
        long end = System.nanoTime() + RELOAD.toNanos();
        while (before.containsAll(workers())) {
            if (System.nanoTime() - end > 0) {
                throw new OpsException(
                        ExitCode.REFUSED,
                        "nginx has started no worker " + RELOAD.toSeconds()
                                + " s after its reload, so it keeps to the configuration before: its error log says why");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return before;
    }

    /** Returns the names by which {@link #recall} knows workers again, also in another process. */
    static List<String> name(Set<ProcessHandle> workers) {
        return workers.stream().map(Nginx::name).toList();
    }

    /** Returns those of the workers that live. */
    static Set<ProcessHandle> recall(List<String> names) {
        return names.stream()
                .flatMap(name -> ProcessHandle.of(Long.parseLong(name.substring(0, name.indexOf('@')))).stream()
                        .filter(worker -> name(worker).equals(name)))
                .collect(Collectors.toSet());
    }

    /** Numbers are given again to other processes, but not to one that was started at the same moment. */
    private static String name(ProcessHandle worker) {
        return worker.pid() + "@"
                + worker.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Waits until none of these workers lives, and returns how many do at the end of the time. */
    static long awaitGone(Set<ProcessHandle> workers, Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        long alive = workers.stream().filter(ProcessHandle::isAlive).count();
        while (alive > 0 && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(10);
            alive = workers.stream().filter(ProcessHandle::isAlive).count();
        }
        return alive;
    }

    /**
     * Returns the workers that there are.
     *
     * @throws OpsException if nginx does not run
     */
    Set<ProcessHandle> workers() throws InterruptedException {
        ProcessHandle master = ProcessHandle.of(master())
                .filter(ProcessHandle::isAlive)
                .orElseThrow(() -> new OpsException(ExitCode.UNAVAILABLE, "nginx does not run: start it first"));
        String command = master.info().command().orElse("something that cannot be seen from here");
        if (!command.endsWith("nginx")) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    "process " + master.pid() + " should be nginx, and is " + command
                            + ". Start nginx; in a container it has to be the first process, without an init");
        }
        return master.children().collect(Collectors.toSet());
    }

    private long master() throws InterruptedException {
        String container = config.nginxContainer();
        if (container != null) {
            return containers
                    .find(container)
                    .filter(Containers.Container::running)
                    .orElseThrow(() -> new OpsException(
                            ExitCode.UNAVAILABLE,
                            "the container " + container + " of nginx does not run: start it first"))
                    .pid();
        }
        Path pid = config.nginxPid();
        try {
            return Long.parseLong(Files.readString(pid).strip());
        } catch (IOException | NumberFormatException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    pid
                            + " does not say which process nginx is: start nginx, or set nginx.pid to what its configuration says",
                    e);
        }
    }

    private Program.Result tell(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(config.nginx());
        command.addAll(List.of(arguments));
        return Program.run(PATIENCE, command);
    }
}
