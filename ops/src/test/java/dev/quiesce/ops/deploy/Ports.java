package dev.quiesce.ops.deploy;

import dev.quiesce.web.testing.StablePort;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Ports on which nobody listens. */
final class Ports {
    private Ports() {}

    static List<Integer> free(int count) throws IOException {
        Set<Integer> ports = new LinkedHashSet<>();
        while (ports.size() < count) {
            ports.add(StablePort.free());
        }
        return List.copyOf(ports);
    }
}
