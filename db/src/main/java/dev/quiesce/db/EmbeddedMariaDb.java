package dev.quiesce.db;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A MariaDB server for development and tests, run as a child process that listens on 127.0.0.1 only.
 *
 * <p>Everyone on this machine may connect as {@code root} without a password: it is no place for real data.
 *
 * <p>The server does not share the terminal's Ctrl-C, so it lives until this component stops it. When this process is
 * killed, the server is asked to stop by the kernel where the system has {@code setpriv} (util-linux), and otherwise by
 * the next start on the same data folder.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedMariaDb implements Lifecycle {
    static final Logger LOG = LoggerFactory.getLogger(EmbeddedMariaDb.class);
    static final String USER = "root";

    /** What is held back of a stop's time to kill a server that does not end. */
    private static final Duration KILL_RESERVE = Duration.ofMillis(500);

    private final EmbeddedConfig config;
    private final ServerPort port;
    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
    private final Object lock = new Object();
    private boolean stopping; // guarded by the lock
    private @Nullable Thread keeper; // guarded by the lock
    private @Nullable ServerProcess server; // guarded by the lock
    private volatile @Nullable Exception failure;

    /**
     * Creates the component, picks its port, and touches nothing else.
     *
     * @throws UncheckedIOException if no port is free
     */
    public EmbeddedMariaDb(EmbeddedConfig config) {
        this.config = config;
        this.port = ServerPort.of(config.port());
    }

    /** Returns the port on 127.0.0.1; known before the start. */
    public int port() {
        return port.number();
    }

    /** Returns the JDBC URL of a database of this server; known before the start. */
    public String jdbcUrl(String database) {
        return "jdbc:mariadb://127.0.0.1:" + port.number() + "/" + database + "?sslMode=disable";
    }

    /** Returns the user that owns everything. */
    public String user() {
        return USER;
    }

    /** Returns that user's password, which is empty. */
    public String password() {
        return "";
    }

    /**
     * Unpacks and prepares what is missing, starts the server, waits until it answers, and creates the databases.
     *
     * @throws IOException if there are no binaries or they cannot run here, if the data folder or the port is in use, or if
     *     the server fails; the message says what to do, and nothing is left running
     * @throws InterruptedException if interrupted; the server is told to stop, {@link #stop} waits for that
     * @throws IllegalStateException if this component has been started or stopped before
     */
    @Override
    public void start() throws Exception {
        Thread thread = Threads.daemon("embedded-mariadb", this::keep);
        synchronized (lock) {
            if (stopping || keeper != null) {
                throw new IllegalStateException("embedded MariaDB: already started or stopped");
            }
            keeper = thread;
            thread.start();
        }
        try {
            ready.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (InterruptedException e) {
            requestStop();
            throw e;
        }
    }

    /**
     * Stops the server in good order and deletes a temporary data folder.
     *
     * @throws TimeoutException if the server does not end by the deadline; it is then killed. Or if a start is still
     *     unpacking or copying files; that goes on in a daemon thread, and launches no server
     * @throws IllegalStateException if the server has ended by itself before; the message holds its last errors
     * @throws InterruptedException if interrupted; the server, if there is one, is then killed
     */
    @Override
    public void stop(Deadline deadline) throws Exception {
        Thread thread = requestStop();
        if (thread == null) {
            return;
        }
        try {
            if (!Threads.hasEnded(thread, deadline.minus(KILL_RESERVE))) {
                boolean killed = kill();
                Threads.hasEnded(thread, deadline);
                throw new TimeoutException("embedded MariaDB: "
                        + (killed
                                ? "the server on port " + port.number()
                                        + " did not stop in time and was killed; the next start on its data recovers them"
                                : "the start was still preparing its files at the deadline and goes on in a daemon"
                                        + " thread; no server was launched and none will be"));
            }
        } catch (InterruptedException e) {
            kill();
            throw e;
        }
        Exception ended = failure;
        if (ended != null) {
            failure = null;
            throw ended;
        }
    }

    /** Returns where the server listens and keeps its data. */
    @Override
    public String toString() {
        Path folder = config.dataFolder();
        return "embedded MariaDB on 127.0.0.1:" + port.number() + " [" + (folder == null ? "temporary" : folder) + "]";
    }

    /**
     * Runs the server from its preparation to its end, on one thread: the kernel ties the server's life to the thread that
     * started it.
     */
    private void keep() {
        try (DataFolder folder = open()) {
            Cache cache = new Cache(config.cacheFolder());
            ServerBinaries binaries = switch (config.source()) {
                case BUNDLED -> ServerBinaries.bundled(cache);
                case LOCAL -> ServerBinaries.local();
            };
            folder.prepare(binaries, cache);
            ServerProcess launched = launch(ServerProcess.command(binaries, folder, port), folder);
            try {
                launched.awaitReady(config.databases(), ServerProcess.LONGEST_START);
                ready.complete(null);
                awaitEnd(launched);
            } finally {
                launched.end();
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private DataFolder open() throws IOException, InterruptedException {
        Path folder = config.dataFolder();
        return folder == null ? DataFolder.temporary() : DataFolder.at(folder);
    }

    /** Under the lock, so that a stop either prevents the launch or sees the server. */
    private ServerProcess launch(List<String> command, DataFolder folder) throws IOException, InterruptedException {
        synchronized (lock) {
            if (stopping) {
                throw new InterruptedException("stopped before the server was launched");
            }
            ServerProcess launched = ServerProcess.launch(command, folder, port.number());
            server = launched;
            return launched;
        }
    }

    private void awaitEnd(ServerProcess launched) throws InterruptedException {
        int exitCode = launched.await();
        if (!isStopping()) {
            throw new IllegalStateException("embedded MariaDB: the server on port " + port.number()
                    + " ended by itself with exit code " + exitCode + ": " + launched.explain());
        }
    }

    /** Called once everything that the server held has been given back. */
    private void fail(Throwable e) {
        boolean whileRunning = ready.isDone();
        if (whileRunning) {
            LOG.error("{}", e.getMessage());
            failure = e instanceof Exception exception ? exception : new IllegalStateException(e);
            return;
        }
        ready.completeExceptionally(
                isStopping() ? new IllegalStateException("embedded MariaDB: stopped while it was starting", e) : e);
    }

    /** Returns the thread to wait for, or null if nothing has been started. */
    private @Nullable Thread requestStop() {
        ServerProcess running;
        Thread thread;
        synchronized (lock) {
            stopping = true;
            running = server;
            thread = keeper;
        }
        if (running != null) {
            running.terminate();
        } else if (thread != null) {
            thread.interrupt();
        }
        return thread;
    }

    /** Returns whether there has been a server to kill; if not, none can be launched any more. */
    private boolean kill() {
        ServerProcess running;
        synchronized (lock) {
            running = server;
        }
        if (running != null) {
            running.kill();
        }
        return running != null;
    }

    private boolean isStopping() {
        synchronized (lock) {
            return stopping;
        }
    }
}
