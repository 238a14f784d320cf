package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.testing.DockerEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Another service on a {@link DeployHost} whose requests are led by reloads: behind the same nginx, which serves it on a port of its own,
 * with the same database. Not safe for use by several threads.
 */
final class Neighbour {
    private static final String NAME = "quiesce-deploy-it-neighbour";
    private static final String OF_NGINX = """
            include group.conf;
                include neighbour/group.conf;
                server {
                    listen 127.0.0.1:%d;
                    location / {
                        proxy_pass http://neighbour;
                        proxy_http_version 1.1;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection $connection_upgrade;
                    }
                }
            """;

    private final DeployHost host;
    private final Path config;
    private final InetSocketAddress address;

    private Neighbour(DeployHost host, Path config, InetSocketAddress address) {
        this.host = host;
        this.config = config;
        this.address = address;
    }

    /** Puts one beside the host's own, and deploys its first version. */
    static Neighbour on(DeployHost host) throws Exception {
        Path folder = Files.createDirectory(host.folder().resolve("neighbour"));
        List<Integer> ports = Ports.free(5);
        Files.writeString(folder.resolve("group.conf"), "upstream neighbour { server 127.0.0.1:1; }\n");
        Path ofNginx = host.folder().resolve("nginx.conf");
        Files.writeString(
                ofNginx,
                Files.readString(ofNginx)
                        .replace(
                                "include group.conf;",
                                OF_NGINX.formatted(ports.get(4)).strip()));
        Path config = Files.writeString(folder.resolve("deploy.properties"), configuration(host, folder, ports));
        Neighbour neighbour =
                new Neighbour(host, config, new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(4)));
        neighbour.close();
        new UpstreamFile(DeployConfigFile.read(config))
                .put(Optional.of(DeployConfigFile.read(config).upstream(Colour.GREEN)));
        DeployHost.End first = DeployHost.end(neighbour.begin("1"));
        assertThat(first.code()).as(first.said()).isZero();
        return neighbour;
    }

    private static String configuration(DeployHost host, Path folder, List<Integer> ports) throws IOException {
        return Files.readString(host.config())
                .replaceFirst("service = .*", "service = " + NAME)
                .replaceFirst("blue.port = .*", "blue.port = " + ports.get(0))
                .replaceFirst("blue.admin-port = .*", "blue.admin-port = " + ports.get(1))
                .replaceFirst("green.port = .*", "green.port = " + ports.get(2))
                .replaceFirst("green.admin-port = .*", "green.admin-port = " + ports.get(3))
                .replaceFirst("state.folder = .*", "state.folder = " + folder.resolve("state"))
                .replaceFirst("upstream.file = .*", "upstream.file = " + folder.resolve("group.conf"))
                .replaceFirst("upstream service ", "upstream neighbour ")
                .replaceFirst("probe.url = .*", "probe.url = http://127.0.0.1:" + ports.get(4) + "/drill/sleep?ms=0");
    }

    /** Begins a deploy. */
    ServiceProcess begin(String version) throws Exception {
        return host.beginDeploy(config, host.image(version));
    }

    DeployLoad load() throws Exception {
        return DeployLoad.start(address);
    }

    /** Removes its containers. */
    void close() throws InterruptedException {
        for (Colour colour : Colour.values()) {
            DockerEngine.shared().remove(NAME + "-" + colour);
        }
    }
}
