package dev.quiesce.web.testing;

import static java.util.Objects.requireNonNull;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An instance that opens its port or its socket of the Unix domain itself. Not safe for use by several threads. */
public final class PlacedInstance implements Instance {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Launch launch;
    private final String place;
    private @Nullable ServiceProcess process;

    private PlacedInstance(Launch launch, String place) {
        this.launch = launch;
        this.place = place;
    }

    /** Returns an instance on a port of its own, which has not been started. */
    public static PlacedInstance onPort(Launch launch) throws IOException {
        int port = StablePort.free();
        return new PlacedInstance(launch.with("--http-host=127.0.0.1", "--http-port=" + port), "127.0.0.1:" + port);
    }

    /** Returns an instance on a socket of the Unix domain, which has not been started. */
    public static PlacedInstance onSocket(Launch launch, Path socket) {
        return new PlacedInstance(launch.with("--http-socket=" + socket), "unix:" + socket);
    }

    @Override
    public String place() {
        return place;
    }

    /** Starts it and waits until it is ready. */
    public void start() throws IOException, InterruptedException, TimeoutException {
        ServiceProcess started =
                ServiceProcess.start(Path.of("").toAbsolutePath(), launch.environment(), launch.command());
        process = started;
        started.awaitLine("Ready after", PATIENCE);
    }

    /** Tells it to stop and waits for its end, which has to be a clean one. */
    public void stop() throws IOException, InterruptedException, TimeoutException {
        ServiceProcess running = requireNonNull(process, "it has not been started");
        running.signal("TERM");
        int code = running.awaitExit(PATIENCE);
        if (code != 0) {
            throw new IOException("exit code " + code + ": " + running.lastLine());
        }
    }

    /** Kills it, without a word to it, and waits for its end. */
    public void kill() throws IOException, InterruptedException, TimeoutException {
        ServiceProcess running = requireNonNull(process, "it has not been started");
        running.signal("KILL");
        running.awaitExit(PATIENCE);
    }

    @Override
    public void restart() throws IOException, InterruptedException, TimeoutException {
        stop();
        start();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
