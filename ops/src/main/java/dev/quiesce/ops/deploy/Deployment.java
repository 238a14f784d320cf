package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.deploy.Containers.Container;
import dev.quiesce.ops.deploy.Journal.Entry;
import dev.quiesce.ops.deploy.Journal.Phase;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a version up beside the one that serves, leads requests to it, and stops the other one when nobody is led there any more.
 * Until requests are led to the new version, every failure leaves the old one as it was. What it was at when it was killed is
 * gone on with by the next one: where requests go is read from nginx's file, and every step may be done twice.
 *
 * <p>Not thread-safe.
 */
final class Deployment {
    private static final int LOG_LINES = 20;
    private static final int REPORT_LINES = 400;

    private final DeployConfig config;
    private final Consumer<String> progress;
    private final Containers containers = new Containers();
    private final UpstreamFile upstream;
    private final Nginx nginx;
    private final Journal journal;
    private final Visitor visitor = new Visitor();

    Deployment(DeployConfig config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
        this.upstream = new UpstreamFile(config);
        this.nginx = new Nginx(config, containers);
        this.journal = new Journal(config.state());
    }

    /**
     * Deploys an image, after a deploy that has been interrupted has been brought to its end.
     *
     * @throws OpsException if it fails, with what is to be done
     */
    Deployed deploy(String image) throws IOException, InterruptedException {
        return DeployLock.holding(config.state(), () -> {
            Optional<Entry> interrupted = interrupted();
            if (interrupted.isPresent()) {
                Deployed finished = finish(interrupted.get());
                if (interrupted.get().image().equals(image)
                        && !interrupted.get().rollback()) {
                    return finished;
                }
            }
            Optional<Colour> live = live();
            Colour target = live.map(Colour::other).orElse(Colour.BLUE);
            Entry entry = entry(false, image, live.orElse(null), target);
            return bringUp(entry, () -> runNew(entry));
        });
    }

    /**
     * Leads requests back to the version before, in its container that has been kept.
     *
     * @throws OpsException if there is none, or it fails
     */
    Deployed rollBack() throws IOException, InterruptedException {
        return DeployLock.holding(config.state(), () -> {
            Optional<Entry> interrupted = interrupted();
            if (interrupted.isPresent()) {
                finish(interrupted.get());
            }
            Colour live = live().orElseThrow(() -> new OpsException(
                    ExitCode.REFUSED, "nothing has been deployed: " + config.upstreamFile() + " leads to no colour"));
            Colour target = live.other();
            String name = config.container(target);
            refuseIfItNeverServed(target);
            Container before = containers
                    .find(name)
                    .orElseThrow(() -> new OpsException(
                            ExitCode.REFUSED, "there is no version before: the container " + name + " does not exist"));
            return bringUp(entry(true, before.image(), live, target), () -> containers.start(name));
        });
    }

    /** What is beside the version that serves may be one that failed, and not the one before. */
    private void refuseIfItNeverServed(Colour target) throws IOException {
        Optional<Entry> last = journal.read();
        if (last.filter(entry -> entry.to() == target && !entry.rollback() && entry.phase() != Phase.DONE)
                .isPresent()) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    "the last deploy, of " + last.get().image()
                            + ", came to nothing, so there is nothing to roll back: " + config.container(target.other())
                            + " serves as before");
        }
    }

    private static Entry entry(boolean rollback, String image, @Nullable Colour from, Colour to) {
        return new Entry(UUID.randomUUID().toString(), rollback, image, from, to, Phase.STARTING);
    }

    /** Returns the deploy that was interrupted after requests had been led elsewhere, if there is one. */
    private Optional<Entry> interrupted() throws IOException {
        Optional<Entry> last = journal.read().filter(Entry::isUnfinished);
        return last.filter(entry -> entry.phase() == Phase.SWITCHING)
                .filter(entry -> routed().filter(entry.to()::equals).isPresent());
    }

    private Deployed finish(Entry entry) throws IOException, InterruptedException {
        progress.accept("A deploy of " + entry.image() + " was interrupted: requests are led to " + entry.to()
                + " already, so it is brought to its end");
        Set<ProcessHandle> workers;
        try {
            awaitReady(entry);
            nginx.test();
            workers = nginx.reload();
        } catch (OpsException failure) {
            leadBack(entry);
            throw failure;
        }
        return moveOn(entry, workers, Probe.none());
    }

    /** What had been led to a new version that turns out not to serve goes to the old one again, which has not been stopped. */
    private void leadBack(Entry entry) throws IOException, InterruptedException {
        Colour from = entry.from();
        if (from == null || !containers.isRunning(config.container(from))) {
            return;
        }
        progress.accept("Leading requests back to " + from);
        upstream.put(Optional.of(config.upstream(from)));
        nginx.test();
        nginx.reload();
        remember(entry.at(Phase.FAILED));
    }

    private interface Starting {
        void start() throws InterruptedException;
    }

    private Deployed bringUp(Entry entry, Starting starting) throws IOException, InterruptedException {
        nginx.workers();
        nginx.test();
        journal.write(entry);
        Optional<String> before = upstream.content();
        // Where nothing serves, nothing can be lost.
        boolean serves = entry.from() != null && containers.isRunning(config.container(entry.from()));
        try (Probe probe = serves ? Probe.of(config) : Probe.none()) {
            Set<ProcessHandle> workers;
            try {
                progress.accept("Starting " + config.container(entry.to()) + " of " + entry.image());
                starting.start();
                awaitReady(entry);
                workers = lead(entry, before);
            } catch (OpsException | IOException | InterruptedException failure) {
                abandon(entry, failure);
                throw failure;
            }
            return moveOn(entry, workers, probe);
        }
    }

    private void runNew(Entry entry) throws InterruptedException {
        String name = config.container(entry.to());
        if (containers.find(name).isPresent()) {
            containers.stop(name, config.stopTimeout());
            containers.remove(name);
        }
        containers.run(
                name,
                entry.id(),
                entry.image(),
                config.runOptions(entry.to(), entry.image()),
                config.runCommand(entry.to(), entry.image()));
    }

    private void awaitReady(Entry entry) throws InterruptedException {
        String name = config.container(entry.to());
        progress.accept("Waiting until " + config.readyUrl(entry.to()) + " answers");
        visitor.awaitReady(config.readyUrl(entry.to()), config.readyTimeout(), () -> containers.isRunning(name));
        progress.accept("Warming it up with " + config.warmRequests() + " requests");
        visitor.warm(config.warmUrl(entry.to()), config.warmRequests());
    }

    /** Has nginx take the new version, or leaves everything as it was. Returns the workers that do not know it. */
    private Set<ProcessHandle> lead(Entry entry, Optional<String> before) throws IOException, InterruptedException {
        progress.accept("Leading requests to " + entry.to());
        journal.write(entry.at(Phase.SWITCHING));
        try {
            upstream.put(Optional.of(config.upstream(entry.to())));
            nginx.test();
            return nginx.reload();
        } catch (OpsException | IOException | InterruptedException failure) {
            upstream.put(before);
            throw failure;
        }
    }

    /** From here on the new version is the one that serves. */
    private Deployed moveOn(Entry entry, Set<ProcessHandle> workers, Probe probe)
            throws IOException, InterruptedException {
        progress.accept("Waiting until nginx's " + workers.size() + " workers from before are gone");
        long left = Nginx.awaitGone(workers, config.switchTimeout());
        if (left > 0) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    "new requests are led to " + entry.to() + ", but " + left
                            + " of nginx's workers from before still serve after "
                            + config.switchTimeout().toSeconds() + " s, so " + entry.from()
                            + " has not been stopped. Run the same command again to wait on; worker_shutdown_timeout in"
                            + " nginx's configuration bounds it");
        }
        if (!containers.isRunning(config.container(entry.to()))) {
            leadBack(entry);
            throw new OpsException(
                    ExitCode.REFUSED,
                    config.container(entry.to()) + " has ended right after requests were led to it: see docker logs "
                            + config.container(entry.to()));
        }
        @Nullable StopReport stopped = entry.from() == null ? null : stop(config.container(entry.from()));
        Probe.Result probed = probe.end();
        remember(entry.at(Phase.DONE));
        return new Deployed(config.service(), entry.image(), entry.to(), entry.from(), stopped, probed);
    }

    private @Nullable StopReport stop(String name) throws InterruptedException {
        Optional<Container> old = containers.find(name);
        if (old.isEmpty()) {
            return null;
        }
        progress.accept("Stopping " + name);
        containers.stop(name, config.stopTimeout());
        int exitCode = containers.find(name).map(Container::exitCode).orElse(0);
        return StopReport.of(name, exitCode, containers.log(name, REPORT_LINES));
    }

    /** Stops the new version, and keeps its container to be looked at. */
    private void abandon(Entry entry, Exception failure) throws InterruptedException {
        // What has interrupted us must not leave the new version behind.
        boolean interrupted = failure instanceof InterruptedException || Thread.interrupted();
        String name = config.container(entry.to());
        if (containers.find(name).isPresent()) {
            progress.accept("Stopping " + name + ", which failed; its last lines:\n"
                    + containers.log(name, LOG_LINES).indent(2).stripTrailing());
            containers.stop(name, config.stopTimeout());
        }
        progress.accept(
                entry.from() == null
                        ? "Nothing serves, as before"
                        : config.container(entry.from()) + " goes on serving, as before");
        remember(entry.at(Phase.FAILED));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** That it cannot be written down changes nothing: the next deploy looks at what there is. */
    private void remember(Entry entry) {
        try {
            journal.write(entry);
        } catch (IOException e) {
            progress.accept(
                    "WARNING: the end of this deploy could not be written down in " + config.state() + ": " + e);
        }
    }

    private Optional<Colour> live() throws IOException {
        Optional<Colour> colour = routed();
        if (colour.isEmpty() && upstream.content().isPresent()) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    config.upstreamFile()
                            + " is not what upstream.content says for blue or for green, so nobody knows which"
                            + " version serves. Put one of the two into it:\n"
                            + config.upstream(Colour.BLUE) + config.upstream(Colour.GREEN));
        }
        return colour;
    }

    private Optional<Colour> routed() {
        try {
            return upstream.colour();
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, config.upstreamFile() + " cannot be read: " + e, e);
        }
    }
}
