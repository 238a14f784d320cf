package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.deploy.Containers.Container;
import dev.quiesce.ops.deploy.Journal.Entry;
import dev.quiesce.ops.deploy.Journal.Phase;
import java.io.IOException;
import java.util.Optional;

/** Keeps a rollback that is meant for one image from undoing the deploy of another. Not thread-safe. */
final class RollbackGuard {
    private final DeployConfig config;
    private final Containers containers;
    private final Routing routing;
    private final Versions versions;

    RollbackGuard(DeployConfig config, Containers containers, Routing routing, Versions versions) {
        this.config = config;
        this.containers = containers;
        this.routing = routing;
        this.versions = versions;
    }

    /** Returns whether what was done last is a deploy of an image, or a rollback of it that has not come to a good end. */
    boolean concerns(Entry last, String image) throws InterruptedException {
        Optional<String> id = containers.findImageId(image);
        if (!last.rollback()) {
            return isOf(last.image(), last.imageId(), image, id);
        }
        Colour from = last.from();
        return from != null
                && last.phase() != Phase.DONE
                && containers
                        .find(config.container(from))
                        .filter(container -> isOf(container.image(), container.imageId(), image, id))
                        .isPresent();
    }

    /** A name may mean another image by now, so it counts only where there is nothing better. */
    private static boolean isOf(String name, String nameId, String image, Optional<String> id) {
        return id.map(nameId::equals).orElseGet(() -> name.equals(image));
    }

    /**
     * Returns that nothing has been done.
     *
     * @throws OpsException if nothing serves, so that this is not the end of it
     */
    Deployed nothingToUndo(String image) throws IOException, InterruptedException {
        String nothing = "There is no deploy of " + image + " to undo";
        Colour live = routing.colour()
                .orElseThrow(() -> new OpsException(ExitCode.REFUSED, nothing + ": nothing has been deployed"));
        String name = config.container(live);
        Container container = containers
                .find(name)
                .orElseThrow(() -> new OpsException(
                        ExitCode.REFUSED,
                        nothing + ", and nothing serves, as before: the container " + name + " does not exist"));
        if (!versions.isReady(live)) {
            throw new OpsException(
                    ExitCode.BROKEN,
                    nothing + ", but " + name + ", to which requests are led, does not serve: see docker logs " + name);
        }
        return Deployed.untouched(
                config.service(),
                container.image(),
                live.toString(),
                nothing + ", so nothing is done: " + config.service() + " is served by " + live + ", "
                        + container.image());
    }
}
