package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.deploy.Containers.Container;
import dev.quiesce.ops.deploy.Journal.Entry;
import dev.quiesce.ops.deploy.Journal.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a version up beside the one that serves, leads requests to it, and stops the other one when nobody is led there any more.
 * Until requests are led to the new version, every failure leaves the old one as it was. What it was at when it was killed is
 * gone on with by the next one.
 *
 * <p>No container that runs is stopped unless new requests are led elsewhere, and no worker of nginx from before that is left, or
 * only such as nothing but sockets can hold.
 *
 * <p>Not thread-safe.
 */
final class Deployment implements Deployer {
    private final DeployConfig config;
    private final Consumer<String> progress;
    private final Containers containers = new Containers();
    private final Routing routing;
    private final Journal journal;
    private final Versions versions;
    private final RollbackGuard guard;

    Deployment(DeployConfig config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
        this.routing = Routing.of(config, containers);
        this.journal = new Journal(config.state());
        this.versions = new Versions(config, containers, progress);
        this.guard = new RollbackGuard(config, containers, routing, versions);
    }

    @Override
    public Deployed deploy(String image, boolean again) throws IOException, InterruptedException {
        return DeployLock.holding(config.state(), () -> {
            String imageId = containers.imageId(image);
            Optional<Entry> interrupted = interrupted();
            if (interrupted.isPresent()) {
                Optional<Deployed> finished = finish(interrupted.get());
                if (finished.isPresent() && interrupted.get().imageId().equals(imageId)) {
                    return finished.get();
                }
            }
            Optional<Colour> live = routing.colour();
            if (!again && live.isPresent() && serves(live.get(), imageId)) {
                return Deployed.alreadyServed(
                        config.service(), image, live.get().toString());
            }
            Colour target = live.map(Colour::other).orElse(Colour.BLUE);
            return bringUp(entry(false, image, imageId, live.orElse(null), target), () -> makeRoom(target));
        });
    }

    /** Returns whether an image is what serves, alone, and nothing is left to be brought to its end. */
    private boolean serves(Colour live, String imageId) throws IOException, InterruptedException {
        boolean runs = containers
                .find(config.container(live))
                .filter(container -> container.running() && container.imageId().equals(imageId))
                .isPresent();
        if (!runs
                || containers.isRunning(config.container(live.other()))
                || journal.read().filter(Entry::isUnfinished).isPresent()) {
            return false;
        }
        boolean ready = versions.isReady(live);
        if (!ready) {
            progress.accept(config.container(live) + " is of this image and runs, but does not answer: deploying anew");
        }
        return ready;
    }

    /** In its container, which has been kept. */
    @Override
    public Deployed rollBack(@Nullable String only) throws IOException, InterruptedException {
        return DeployLock.holding(config.state(), () -> {
            Optional<Entry> last = journal.read();
            if (only != null && (last.isEmpty() || !guard.concerns(last.get(), only))) {
                return guard.nothingToUndo(only);
            }
            Optional<Entry> interrupted = interrupted();
            if (interrupted.filter(Entry::rollback).isPresent()) {
                Optional<Deployed> finished = finish(interrupted.get());
                if (finished.isPresent()) {
                    return finished.get();
                }
            }
            Colour live = routing.colour()
                    .orElseThrow(() -> new OpsException(
                            ExitCode.REFUSED, "nothing has been deployed: there is no " + config.sharedFile()));
            Colour target = live.other();
            String name = config.container(target);
            Optional<Entry> neverServed = neverServed(target);
            if (neverServed.isPresent()) {
                if (only != null) {
                    return guard.nothingToUndo(only);
                }
                throw new OpsException(
                        ExitCode.REFUSED,
                        "the last deploy, of " + neverServed.get().image()
                                + ", came to nothing, so there is nothing to roll back: "
                                + config.container(live) + " serves as before");
            }
            Container before = containers
                    .find(name)
                    .orElseThrow(() -> new OpsException(
                            ExitCode.REFUSED, "there is no version before: the container " + name + " does not exist"));
            return bringUp(entry(true, before.image(), before.imageId(), live, target), () -> {});
        });
    }

    @Override
    public Status status() throws IOException, InterruptedException {
        return new BlueGreenStatus(config, routing, containers).look(journal.read());
    }

    /** What is beside the version that serves may be one that failed, and not the one before. It is stopped if it runs. */
    private Optional<Entry> neverServed(Colour target) throws IOException, InterruptedException {
        Optional<Entry> last = journal.read()
                .filter(entry -> entry.to() == target && !entry.rollback() && entry.phase() != Phase.DONE);
        if (last.isPresent() && containers.isRunning(config.container(target))) {
            makeRoom(target);
            remember(last.get().at(Phase.FAILED));
        }
        return last;
    }

    private static Entry entry(boolean rollback, String image, String imageId, @Nullable Colour from, Colour to) {
        return new Entry(UUID.randomUUID().toString(), rollback, image, imageId, from, to, Phase.STARTING, List.of());
    }

    /** Returns the deploy that was interrupted after requests had been led elsewhere, if there is one. */
    private Optional<Entry> interrupted() throws IOException, InterruptedException {
        routing.check();
        Optional<Entry> last = journal.read().filter(Entry::isUnfinished);
        if (last.isEmpty() || last.get().phase() == Phase.STARTING) {
            return Optional.empty();
        }
        return routing.colour().filter(last.get().to()::equals).flatMap(led -> last);
    }

    /** Returns nothing if the new version does not serve, so that requests have been led back. */
    private Optional<Deployed> finish(Entry last) throws IOException, InterruptedException {
        // It may have been killed just before it told the old version to stop.
        Entry entry =
                last.phase() == Phase.STOPPING && !versions.hasBeenTold(last.from()) ? last.at(Phase.SWITCHING) : last;
        progress.accept("A " + (entry.rollback() ? "rollback" : "deploy") + " of " + entry.image()
                + " was interrupted: requests are led to " + entry.to() + " already, so it is brought to its end");
        if (entry.phase() == Phase.SWITCHING && !versions.isReady(entry.to())) {
            leadBack(entry);
            return Optional.empty();
        }
        try (Probe probe = Probe.of(config.probe(), config.probesPerSecond())) {
            return Optional.of(moveOn(entry, workersFromBefore(last), probe));
        }
    }

    private Set<ProcessHandle> workersFromBefore(Entry entry) throws InterruptedException {
        if (entry.phase() == Phase.STOPPING || !entry.workers().isEmpty()) {
            return Nginx.recall(entry.workers());
        }
        try {
            return routing.leadAgain();
        } catch (OpsException | IOException e) {
            throw unfinished(entry, e);
        }
    }

    /**
     * What had been led to a new version that turns out not to serve goes to the old one again, if that serves.
     *
     * @return whether it does
     */
    private boolean leadBack(Entry entry) throws IOException, InterruptedException {
        Colour from = entry.from();
        boolean serves = from != null && versions.isReady(from);
        if (from != null && serves) {
            progress.accept(config.container(entry.to()) + " does not serve: leading requests back to " + from);
            Nginx.awaitGone(routing.lead(from), patience());
        } else {
            progress.accept("Neither version serves");
        }
        remember(entry.at(Phase.FAILED));
        return serves;
    }

    private interface Preparation {
        void prepare() throws IOException, InterruptedException;
    }

    private Deployed bringUp(Entry entry, Preparation room) throws IOException, InterruptedException {
        boolean serves = entry.from() != null && containers.isRunning(config.container(entry.from()));
        journal.write(entry);
        room.prepare();
        // Where nothing serves, nothing can be lost.
        try (Probe probe = serves ? Probe.of(config.probe(), config.probesPerSecond()) : Probe.none()) {
            Set<ProcessHandle> workers;
            try {
                versions.bringUp(entry);
                progress.accept("Leading requests to " + entry.to());
                journal.write(entry.at(Phase.SWITCHING));
                workers = routing.lead(entry.to());
            } catch (RuntimeException | IOException | InterruptedException failure) {
                abandon(entry, serves, failure);
                if (routing.isUnknown() || entry.from() != null && !serves) {
                    throw new OpsException(ExitCode.BROKEN, message(failure), failure);
                }
                throw failure;
            }
            return moveOn(entry, workers, probe);
        }
    }

    /** Stops what still runs in a place, once nobody can be led there. */
    private void makeRoom(Colour target) throws IOException, InterruptedException {
        if (containers.isRunning(config.container(target))) {
            progress.accept("Making room: " + config.container(target) + " still runs");
            awaitGone(routing.leadAgain(), target, ExitCode.REFUSED);
            containers.stop(config.container(target), config.stopTimeout());
        }
    }

    /** Waits until no worker of nginx is left that leads requests to a version; what it has open there may be sockets. */
    private void awaitGone(Set<ProcessHandle> workers, Colour led, ExitCode otherwise) throws InterruptedException {
        if (workers.isEmpty()) {
            return;
        }
        progress.accept("Waiting until nginx's " + workers.size() + " workers from before are gone");
        Duration longestRequest = config.longestRequest();
        long left = Nginx.awaitGone(workers, patience());
        if (left > 0 && longestRequest != null) {
            progress.accept(left + " of them still serve after " + longestRequest.toMillis()
                    + " ms, longer than any request takes, so it is sockets that they serve: " + config.container(led)
                    + " closes its own when it stops");
        } else if (left > 0) {
            throw new OpsException(
                    otherwise,
                    "new requests are not led to " + led + " any more, but " + left
                            + " of nginx's workers from before still serve after "
                            + patience().toSeconds() + " s, so "
                            + config.container(led)
                            + " has not been stopped. Run the same command again to wait on. If it is sockets that hold"
                            + " them, set switch.longest-request; worker_shutdown_timeout in nginx's configuration cuts"
                            + " whatever it is");
        }
    }

    private Duration patience() {
        Duration longestRequest = config.longestRequest();
        return longestRequest == null ? config.switchTimeout() : longestRequest;
    }

    /** From here on the new version is the one that serves. */
    private Deployed moveOn(Entry entry, Set<ProcessHandle> workers, Probe probe)
            throws IOException, InterruptedException {
        try {
            return bringToItsEnd(entry, workers, probe);
        } catch (OpsException e) {
            throw e.exitCode() == ExitCode.UNAVAILABLE ? unfinished(entry, e) : e;
        } catch (IOException e) {
            throw unfinished(entry, e);
        }
    }

    private OpsException unfinished(Entry entry, Exception failure) {
        return new OpsException(
                ExitCode.UNFINISHED,
                message(failure) + "\nRequests are led to " + config.container(entry.to())
                        + " already. Mend that, and run the same command again",
                failure);
    }

    private Deployed bringToItsEnd(Entry entry, Set<ProcessHandle> workers, Probe probe)
            throws IOException, InterruptedException {
        Colour from = entry.from();
        @Nullable StopReport stopped = null;
        if (from != null) {
            remember(entry.at(entry.phase() == Phase.STOPPING ? Phase.STOPPING : Phase.SWITCHING, Nginx.name(workers)));
            awaitGone(workers, from, ExitCode.UNFINISHED);
            if (entry.phase() != Phase.STOPPING && !containers.isRunning(config.container(entry.to()))) {
                boolean serves = leadBack(entry);
                throw new OpsException(
                        serves ? ExitCode.REFUSED : ExitCode.BROKEN,
                        config.container(entry.to())
                                + " has ended right after requests were led to it: see docker logs "
                                + config.container(entry.to()));
            }
            boolean interrupted = entry.phase() == Phase.STOPPING;
            remember(entry.at(Phase.STOPPING, Nginx.name(workers)));
            stopped = versions.stop(from, interrupted);
            long left = Nginx.awaitGone(workers, patience());
            if (left > 0) {
                progress.accept("WARNING: " + left + " of nginx's workers from before still serve, after "
                        + config.container(from) + " has stopped: what they serve is something else");
            }
        }
        Probe.Result probed = probe.end();
        remember(entry.at(Phase.DONE, List.of()));
        return new Deployed(
                config.service(),
                entry.image(),
                entry.to().toString(),
                from == null ? null : from.toString(),
                stopped,
                probed,
                null);
    }

    private static String message(Exception failure) {
        return failure instanceof OpsException known ? known.getMessage() : failure.toString();
    }

    /** Stops the new version, and keeps its container to be looked at. */
    private void abandon(Entry entry, boolean serves, Exception failure) throws InterruptedException {
        if (routing.isUnknown()) {
            progress.accept("WARNING: nginx could not be told to go back, so nobody knows which version it leads to."
                    + " Neither has been stopped. Mend nginx, and run the same command again");
            return;
        }
        // What has interrupted us must not leave the new version behind.
        boolean interrupted = failure instanceof InterruptedException || Thread.interrupted();
        try {
            versions.stopFailed(entry.to());
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            progress.accept("WARNING: " + config.container(entry.to()) + " may still run: " + e.getMessage());
        }
        progress.accept(serves ? service(entry) + " goes on serving, as before" : "Nothing serves, as before");
        remember(entry.at(Phase.FAILED));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String service(Entry entry) {
        return entry.from() == null ? config.service() : config.container(entry.from());
    }

    /** That it cannot be written down changes nothing: the next deploy looks at what there is. */
    private void remember(Entry entry) {
        try {
            journal.write(entry);
        } catch (IOException e) {
            progress.accept("WARNING: what this deploy is at cannot be written down in " + config.state() + ": " + e);
        }
    }
}
