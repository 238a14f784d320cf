package dev.quiesce.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.web.testing.InheritingInstance;
import dev.quiesce.web.testing.Instance;
import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.Nginx;
import dev.quiesce.web.testing.OpenLoad;
import dev.quiesce.web.testing.PlacedInstance;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two instances behind a real nginx are restarted one after the other, under load. {@code ./dev drill} does it at length. */
@Tag("nginx")
@ExtendWith(ServiceDatabase.Extension.class)
class RollingRestartIT {
    private static final int PER_SECOND = 100;
    private static final Path JAR = Path.of("target", "quiesce-web-app.jar");

    private final ServiceDatabase database;

    @TempDir
    private Path folder;

    RollingRestartIT(ServiceDatabase database) {
        this.database = database;
    }

    @BeforeAll
    static void needsNginx() {
        assumeTrue(Nginx.isInstalled(), "skipped: no nginx; install the package nginx-light of Debian");
    }

    @Test
    void restartsBehindNginxWithItsDefaultRetries_loseNothing() throws Exception {
        Launch launch = launch();
        try (PlacedInstance one = PlacedInstance.onPort(launch);
                PlacedInstance other = PlacedInstance.onPort(launch)) {
            one.start();
            other.start();
            restartBehind("", " max_fails=0", one, other);
        }
    }

    @Test
    void restartsOnInheritedPorts_behindNginxThatRetriesNothing_loseNothing() throws Exception {
        Launch launch = launch();
        try (InheritingInstance one = InheritingInstance.start(launch);
                InheritingInstance other = InheritingInstance.start(launch)) {
            restartBehind("proxy_next_upstream off;", "", one, other);
        }
    }

    /** The callers wait for long, and many of them come at once to a fresh instance. */
    private Launch launch() {
        return new Launch(
                JAR,
                database.environment(),
                List.of("--shutdown-linger=1s", "--admission-patience=20s", "--admission-waiting=1000"));
    }

    private void restartBehind(String directives, String parameters, Instance... instances) throws Exception {
        List<String> servers = Stream.of(instances)
                .map(instance -> instance.place() + parameters)
                .toList();
        try (Nginx nginx = Nginx.start(folder, directives, servers);
                OpenLoad load = OpenLoad.start(nginx.address(), PER_SECOND)) {
            for (Instance instance : instances) {
                load.awaitAnswersSoFar();
                load.awaitAnswerOf(instance.place());
                instance.restart();
                load.awaitAnswerOf(instance.place());
            }
            load.end();

            assertThat(load.failures()).as("nginx says %s", nginx.errors()).isEmpty();
            assertThat(load.sent()).isGreaterThan(2 * PER_SECOND);
            assertThat(database.column("select id from drill_tx")).containsAll(load.committed());
        }
    }
}
