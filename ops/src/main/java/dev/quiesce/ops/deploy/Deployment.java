package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.deploy.Containers.Container;
import dev.quiesce.ops.deploy.Journal.Entry;
import dev.quiesce.ops.deploy.Journal.Phase;
import java.io.IOException;
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
 * <p>No container that runs is stopped unless nginx has taken the file as it is, and no worker from before that is left.
 *
 * <p>Not thread-safe.
 */
final class Deployment {
    private final DeployConfig config;
    private final Consumer<String> progress;
    private final Containers containers = new Containers();
    private final Routing routing;
    private final Journal journal;
    private final Versions versions;

    Deployment(DeployConfig config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
        this.routing = new Routing(config, new Nginx(config, containers));
        this.journal = new Journal(config.state());
        this.versions = new Versions(config, containers, progress);
    }

    /**
     * Deploys an image, after a deploy that has been interrupted has been brought to its end.
     *
     * @throws OpsException if it fails, with what is to be done
     */
    Deployed deploy(String image) throws IOException, InterruptedException {
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
            Colour target = live.map(Colour::other).orElse(Colour.BLUE);
            return bringUp(entry(false, image, imageId, live.orElse(null), target), () -> makeRoom(target));
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
            if (interrupted.filter(Entry::rollback).isPresent()) {
                Optional<Deployed> finished = finish(interrupted.get());
                if (finished.isPresent()) {
                    return finished.get();
                }
            }
            Colour live = routing.colour()
                    .orElseThrow(() -> new OpsException(
                            ExitCode.REFUSED, "nothing has been deployed: there is no " + config.upstreamFile()));
            Colour target = live.other();
            String name = config.container(target);
            refuseIfItNeverServed(target);
            Container before = containers
                    .find(name)
                    .orElseThrow(() -> new OpsException(
                            ExitCode.REFUSED, "there is no version before: the container " + name + " does not exist"));
            return bringUp(entry(true, before.image(), before.imageId(), live, target), () -> {});
        });
    }

    /** What is beside the version that serves may be one that failed, and not the one before. */
    private void refuseIfItNeverServed(Colour target) throws IOException, InterruptedException {
        Optional<Entry> last = journal.read();
        if (last.filter(entry -> entry.to() == target && !entry.rollback() && entry.phase() != Phase.DONE)
                .isEmpty()) {
            return;
        }
        if (containers.isRunning(config.container(target))) {
            makeRoom(target);
            remember(last.get().at(Phase.FAILED));
        }
        throw new OpsException(
                ExitCode.REFUSED,
                "the last deploy, of " + last.get().image() + ", came to nothing, so there is nothing to roll back: "
                        + config.container(target.other()) + " serves as before");
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
    private Optional<Deployed> finish(Entry entry) throws IOException, InterruptedException {
        progress.accept("A " + (entry.rollback() ? "rollback" : "deploy") + " of " + entry.image()
                + " was interrupted: requests are led to " + entry.to() + " already, so it is brought to its end");
        if (entry.phase() == Phase.SWITCHING && !versions.isReady(entry.to())) {
            leadBack(entry);
            return Optional.empty();
        }
        try (Probe probe = Probe.of(config)) {
            Set<ProcessHandle> workers =
                    entry.workers().isEmpty() ? routing.leadAgain() : Nginx.recall(entry.workers());
            return Optional.of(moveOn(entry, workers, probe));
        }
    }

    /** What had been led to a new version that turns out not to serve goes to the old one again, if that serves. */
    private void leadBack(Entry entry) throws IOException, InterruptedException {
        Colour from = entry.from();
        if (from != null && versions.isReady(from)) {
            progress.accept(config.container(entry.to()) + " does not serve: leading requests back to " + from);
            Nginx.awaitGone(routing.lead(from), config.switchTimeout());
        } else {
            progress.accept("Neither version serves");
        }
        remember(entry.at(Phase.FAILED));
    }

    private interface Preparation {
        void prepare() throws IOException, InterruptedException;
    }

    private Deployed bringUp(Entry entry, Preparation room) throws IOException, InterruptedException {
        boolean serves = entry.from() != null && containers.isRunning(config.container(entry.from()));
        journal.write(entry);
        room.prepare();
        // Where nothing serves, nothing can be lost.
        try (Probe probe = serves ? Probe.of(config) : Probe.none()) {
            Set<ProcessHandle> workers;
            try {
                versions.bringUp(entry);
                progress.accept("Leading requests to " + entry.to());
                journal.write(entry.at(Phase.SWITCHING));
                workers = routing.lead(entry.to());
            } catch (RuntimeException | IOException | InterruptedException failure) {
                abandon(entry, serves, failure);
                throw failure;
            }
            return moveOn(entry, workers, probe);
        }
    }

    /** Stops what still runs in a place, once nobody can be led there. */
    private void makeRoom(Colour target) throws IOException, InterruptedException {
        if (containers.isRunning(config.container(target))) {
            progress.accept("Making room: " + config.container(target) + " still runs");
            awaitGone(routing.leadAgain(), target);
            containers.stop(config.container(target), config.stopTimeout());
        }
    }

    private void awaitGone(Set<ProcessHandle> workers, Colour led) throws InterruptedException {
        progress.accept("Waiting until nginx's " + workers.size() + " workers from before are gone");
        long left = Nginx.awaitGone(workers, config.switchTimeout());
        if (left > 0) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    "new requests are not led to " + led + " any more, but " + left
                            + " of nginx's workers from before still serve after "
                            + config.switchTimeout().toSeconds() + " s, so " + config.container(led)
                            + " has not been stopped. Run the same command again to wait on; worker_shutdown_timeout in"
                            + " nginx's configuration bounds it");
        }
    }

    /** From here on the new version is the one that serves. */
    private Deployed moveOn(Entry entry, Set<ProcessHandle> workers, Probe probe)
            throws IOException, InterruptedException {
        Colour from = entry.from();
        @Nullable StopReport stopped = null;
        if (from != null) {
            remember(entry.at(entry.phase() == Phase.STOPPING ? Phase.STOPPING : Phase.SWITCHING, Nginx.name(workers)));
            awaitGone(workers, from);
            if (entry.phase() != Phase.STOPPING && !containers.isRunning(config.container(entry.to()))) {
                leadBack(entry);
                throw new OpsException(
                        ExitCode.REFUSED,
                        config.container(entry.to())
                                + " has ended right after requests were led to it: see docker logs "
                                + config.container(entry.to()));
            }
            boolean interrupted = entry.phase() == Phase.STOPPING;
            remember(entry.at(Phase.STOPPING, List.of()));
            stopped = versions.stop(from, interrupted);
        }
        Probe.Result probed = probe.end();
        remember(entry.at(Phase.DONE, List.of()));
        return new Deployed(config.service(), entry.image(), entry.to(), from, stopped, probed);
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
