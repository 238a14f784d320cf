package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.deploy.Containers.Container;
import dev.quiesce.ops.deploy.Journal.Entry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The two versions of a service: brought up until they can serve, and stopped. Not thread-safe. */
final class Versions {
    private static final Duration READY_STILL = Duration.ofSeconds(10);
    private static final int LOG_LINES = 20;
    private static final int REPORT_LINES = 400;
    private static final long POLL_MILLIS = 100;

    private final DeployConfig config;
    private final Containers containers;
    private final Consumer<String> progress;
    private final Visitor visitor = new Visitor();

    Versions(DeployConfig config, Containers containers, Consumer<String> progress) {
        this.config = config;
        this.containers = containers;
        this.progress = progress;
    }

    /**
     * Starts a version, from its image or, to roll back, in its container, and waits until it is ready and warm.
     *
     * @throws OpsException if it does not start, or ends, or is not ready in time
     */
    void bringUp(Entry entry) throws InterruptedException {
        String name = config.container(entry.to());
        if (!containers.isRunning(name)) {
            visitor.refuseIfAnswered(config.readyUrl(entry.to()));
            start(entry, name);
        }
        String startedAt = containers.find(name).map(Container::startedAt).orElse("");
        progress.accept("Waiting until " + config.readyUrl(entry.to()) + " answers");
        visitor.awaitReady(config.readyUrl(entry.to()), config.readyTimeout(), () -> runsSince(name, startedAt));
        progress.accept("Warming it up with " + config.warmRequests() + " requests");
        visitor.warm(config.warmUrl(entry.to()), config.warmRequests());
        if (!runsSince(name, startedAt)) {
            throw new OpsException(ExitCode.REFUSED, name + " has ended after it was ready: see docker logs " + name);
        }
    }

    private void start(Entry entry, String name) throws InterruptedException {
        progress.accept("Starting " + name + " of " + entry.image());
        if (entry.rollback()) {
            containers.start(name);
            return;
        }
        containers.run(
                name,
                entry.id(),
                entry.image(),
                config.runOptions(entry.to(), entry.image()),
                config.runCommand(entry.to(), entry.image()));
    }

    /** One that is started again and again runs at most moments, too. */
    private boolean runsSince(String name, String startedAt) throws InterruptedException {
        return containers
                .find(name)
                .filter(container ->
                        container.running() && container.startedAt().equals(startedAt))
                .isPresent();
    }

    /** Returns whether a version that has been started before runs and answers. */
    boolean isReady(Colour colour) throws InterruptedException {
        String name = config.container(colour);
        if (!containers.isRunning(name)) {
            return false;
        }
        try {
            visitor.awaitReady(config.readyUrl(colour), READY_STILL, () -> containers.isRunning(name));
            return true;
        } catch (OpsException notReady) {
            progress.accept(name + ": " + notReady.getMessage());
            return false;
        }
    }

    /** Returns whether a version has been told to stop, or does not run any more. */
    boolean hasBeenTold(@Nullable Colour colour) throws InterruptedException {
        Optional<Container> old = colour == null ? Optional.empty() : containers.find(config.container(colour));
        return old.isEmpty()
                || !old.get().running()
                || containers.hasBeenSignalled(
                        config.container(colour), old.get().startedAt());
    }

    /**
     * Stops an old version and reads its report.
     *
     * @param told whether it has been told to stop before; a second time would hurry it
     * @return null if it did not run any more
     */
    @Nullable
    StopReport stop(Colour colour, boolean told) throws InterruptedException {
        String name = config.container(colour);
        Optional<Container> old = containers.find(name);
        if (old.isEmpty() || !told && !old.get().running()) {
            progress.accept(name + " did not run any more");
            return null;
        }
        progress.accept("Stopping " + name);
        if (told) {
            awaitEnd(name);
        }
        containers.stop(name, config.stopTimeout());
        int exitCode = containers.find(name).map(Container::exitCode).orElse(-1);
        return StopReport.of(
                name,
                "docker logs " + name,
                exitCode,
                containers.log(name, old.get().startedAt(), REPORT_LINES));
    }

    private void awaitEnd(String name) throws InterruptedException {
        long end = System.nanoTime() + config.stopTimeout().toNanos();
        while (containers.isRunning(name) && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** Stops a new version that has failed, and shows its last lines. */
    void stopFailed(Colour colour) throws InterruptedException {
        String name = config.container(colour);
        Optional<Container> failed = containers.find(name);
        if (failed.isEmpty()) {
            return;
        }
        containers.stop(name, config.stopTimeout());
        String log = containers
                .log(name, failed.get().startedAt(), LOG_LINES)
                .filter(text -> !text.isBlank())
                .orElse("(none)");
        progress.accept("Stopped " + name + ", which failed; its last lines:\n"
                + log.indent(2).stripTrailing());
    }
}
