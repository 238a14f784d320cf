package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** By a file that nginx reads anew, with new workers; those from before go on leading to the old version. Not thread-safe. */
final class ReloadRouting implements Routing {
    private final DeployConfig config;
    private final UpstreamFile file;
    private final Nginx nginx;
    private final NginxLock lock;
    private boolean unknown;

    ReloadRouting(DeployConfig config, Nginx nginx) {
        this.config = config;
        this.file = new UpstreamFile(config);
        this.nginx = nginx;
        this.lock = new NginxLock(config);
    }

    @Override
    public Optional<Colour> colour() throws IOException {
        Optional<Colour> colour = file.colour();
        if (colour.isEmpty() && file.content().isPresent()) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    config.upstreamFile()
                            + " is not what upstream.content says for blue or for green, so nobody knows which"
                            + " version serves. Put the one that serves into it, and reload nginx:\n"
                            + config.upstream(Colour.BLUE)
                            + config.upstream(Colour.GREEN).stripTrailing());
        }
        return colour;
    }

    @Override
    public void check() throws IOException, InterruptedException {
        nginx.workers();
        lock.holding(() -> {
            test();
            return Set.of();
        });
    }

    @Override
    public Set<ProcessHandle> lead(Colour colour) throws IOException, InterruptedException {
        return lock.holding(() -> {
            Optional<String> before = file.content();
            boolean told = false;
            try {
                file.put(Optional.of(config.upstream(colour)));
                test();
                told = true;
                return nginx.reload();
            } catch (IOException | RuntimeException | InterruptedException failure) {
                putBack(before, told, failure);
                throw failure;
            }
        });
    }

    @Override
    public Set<ProcessHandle> leadAgain() throws IOException, InterruptedException {
        return lock.holding(() -> {
            test();
            return nginx.reload();
        });
    }

    @Override
    public boolean isUnknown() {
        return unknown;
    }

    private void test() throws IOException, InterruptedException {
        nginx.test(
                file.content(),
                "nginx does not read " + config.upstreamFile() + ", or not as it is now: include it in nginx's"
                        + " configuration. In a container mount its folder, since a file that is mounted does not follow"
                        + " a rename");
    }

    /** An nginx that has been told of the new version may have taken it, however it seemed, so it is told of the old one as well. */
    private void putBack(Optional<String> before, boolean told, Exception failure) throws InterruptedException {
        unknown = true;
        try {
            if (!file.content().equals(before)) {
                file.put(before);
            }
            if (told) {
                nginx.reload();
            }
            unknown = false;
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
