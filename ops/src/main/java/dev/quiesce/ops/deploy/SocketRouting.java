package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * By a symbolic link at the path of the socket to which nginx connects. Nobody tells nginx: its workers and the connections of its
 * clients live on, and whoever connects to the service after the switch comes to the new version. What nginx keeps open to the old
 * version ends as that says {@code Connection: close}. Not thread-safe.
 */
final class SocketRouting implements Routing {
    private final DeployConfig config;
    private final Link link;
    private final Nginx nginx;
    private boolean unknown;

    SocketRouting(DeployConfig config, Switch.Socket socket, Nginx nginx) {
        this.config = config;
        this.link = new Link(socket.path());
        this.nginx = nginx;
    }

    @Override
    public Optional<Colour> colour() throws IOException {
        Optional<Path> target = link.target();
        Optional<Colour> colour = Arrays.stream(Colour.values())
                .filter(candidate ->
                        target.filter(config.socket(candidate)::equals).isPresent())
                .findAny();
        if (colour.isEmpty() && target.isPresent()) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    link.path() + " leads to " + target.get() + ", which is neither " + config.socket(Colour.BLUE)
                            + " nor " + config.socket(Colour.GREEN)
                            + ", so nobody knows which version serves. Make it lead to the one that does: ln -sfn");
        }
        return colour;
    }

    @Override
    public void check() throws IOException, InterruptedException {
        nginx.workers();
        new NginxLock(config).holding(() -> {
            nginx.test(
                    Optional.of("unix:" + link.path()),
                    "nginx does not connect to " + link.path()
                            + ": its configuration should have a group with server unix:" + link.path()
                            + "; in a container mount the folder at the same path");
            return link;
        });
    }

    @Override
    public Set<ProcessHandle> lead(Colour colour) throws IOException {
        Optional<Path> before = link.target();
        try {
            link.lead(Optional.of(config.socket(colour)));
        } catch (IOException failure) {
            putBack(before, failure);
            throw failure;
        }
        return Set.of();
    }

    @Override
    public Set<ProcessHandle> leadAgain() {
        return Set.of();
    }

    @Override
    public boolean isUnknown() {
        return unknown;
    }

    /** What has failed may have been the last step, by which the disk gets to know of a link that is there already. */
    private void putBack(Optional<Path> before, Exception failure) {
        unknown = true;
        try {
            if (!link.target().equals(before)) {
                link.lead(before);
            }
            unknown = false;
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
