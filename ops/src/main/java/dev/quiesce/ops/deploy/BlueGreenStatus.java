package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.Table;
import dev.quiesce.ops.deploy.Containers.Container;
import dev.quiesce.ops.deploy.Journal.Entry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Looks at the two versions of a service. Not thread-safe. */
final class BlueGreenStatus {
    private final DeployConfig config;
    private final Routing routing;
    private final Containers containers;

    BlueGreenStatus(DeployConfig config, Routing routing, Containers containers) {
        this.config = config;
        this.routing = routing;
        this.containers = containers;
    }

    Status look(Optional<Entry> last) throws IOException, InterruptedException {
        Optional<Colour> live = routing.colour();
        Table table = new Table("CONTAINER", "REQUESTS", "STATE", "IMAGE");
        Map<String, Object> versions = new LinkedHashMap<>();
        boolean serves = false;
        for (Colour colour : Colour.values()) {
            String name = config.container(colour);
            boolean isLive = live.filter(colour::equals).isPresent();
            Optional<Container> container = containers.find(name);
            String state = container
                    .map(found -> found.running() ? "runs" : "ended with " + found.exitCode())
                    .orElse("does not exist");
            String image = container.map(Container::image).orElse("-");
            serves |= isLive && container.filter(Container::running).isPresent();
            table.row(name, isLive ? "come here" : "-", state, image);
            versions.put(name, Map.of("live", isLive, "state", state, "image", image));
        }
        boolean fine = serves && last.filter(Entry::isUnfinished).isEmpty();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("service", config.service());
        map.put("live", live.map(Colour::toString).orElse(null));
        map.put("versions", versions);
        map.put("last", last.map(entry -> entry.phase().name()).orElse(null));
        map.put("fine", fine);
        return new Status(fine, table + last.map(BlueGreenStatus::text).orElse("nothing has been deployed yet\n"), map);
    }

    private static String text(Entry last) {
        String what = (last.rollback() ? "the last rollback, to " : "the last deploy, of ") + last.image() + ", ";
        return switch (last.phase()) {
            case DONE -> what + "is at its end\n";
            case FAILED -> what + "failed, and changed nothing\n";
            case STARTING, SWITCHING, STOPPING ->
                what + "@|red is not at its end:|@ run it again if it is not running\n";
        };
    }
}
