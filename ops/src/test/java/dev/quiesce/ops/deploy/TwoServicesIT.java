package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.deploy.DeployHost.End;
import dev.quiesce.ops.deploy.DeployHost.Mode;
import dev.quiesce.web.testing.Nginx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deploys of two services behind one nginx, which each of them has reload its configuration. */
@Tag("docker")
@Tag("nginx")
@Tag("slow")
class TwoServicesIT {
    @TempDir
    private Path folder;

    @Test
    void deploysAtTheSameTime_loseNothing() throws Exception {
        assumeTrue(Nginx.isInstalled(), "skipped: no nginx; install the package nginx-light of Debian");
        EmbeddedMariaDb database = new EmbeddedMariaDb(EmbeddedConfig.temporary("main", "d4"));
        database.start();
        try {
            DeployHost host = new DeployHost(Mode.RELOAD, folder, database);
            try {
                host.haveOneServe();
                Neighbour neighbour = Neighbour.on(host);
                try {
                    deployBoth(host, neighbour);
                } finally {
                    neighbour.close();
                }
            } finally {
                host.close();
            }
        } finally {
            database.stop(Deadline.after(Duration.ofSeconds(10)));
        }
    }

    private static void deployBoth(DeployHost host, Neighbour neighbour) throws Exception {
        try (DeployLoad load = host.load();
                DeployLoad loadOfNeighbour = neighbour.load()) {
            load.awaitCalm();
            loadOfNeighbour.awaitCalm();
            try (ServiceProcess own = host.begin("deploy", "--image", host.image("2"));
                    ServiceProcess other = neighbour.begin("2")) {
                for (End end : List.of(DeployHost.end(own), DeployHost.end(other))) {
                    assertThat(end.code()).as(end.said()).isZero();
                    assertThat(end.said()).contains("exit code 0: Stopped cleanly", "none was lost");
                }
            }
            host.assertNothingLost(load);
            loadOfNeighbour.assertNothingLost(true, host::committed, host.nginxErrors());
            assertThat(load.closes()).isEqualTo(DeployLoad.SOCKETS);
            assertThat(loadOfNeighbour.closes()).isEqualTo(DeployLoad.SOCKETS);
        }
    }
}
