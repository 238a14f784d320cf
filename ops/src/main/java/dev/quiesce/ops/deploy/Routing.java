package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Where requests are led: what nginx's file says, and what nginx has taken of it. Not thread-safe. */
final class Routing {
    private final DeployConfig config;
    private final UpstreamFile file;
    private final Nginx nginx;
    private boolean unknown;

    Routing(DeployConfig config, Nginx nginx) {
        this.config = config;
        this.file = new UpstreamFile(config);
        this.nginx = nginx;
    }

    /**
     * Returns where the file leads; empty if there is none.
     *
     * @throws OpsException if it leads to neither of the two
     */
    Optional<Colour> colour() throws IOException {
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

    /** Makes sure that nginx runs, and reads the file as it is. */
    void check() throws IOException, InterruptedException {
        nginx.workers();
        nginx.test(file.content());
    }

    /**
     * Leads requests elsewhere.
     *
     * @return the workers of nginx that do not know it yet
     * @throws OpsException if nginx does not take it; everything is as it was, unless {@link #isUnknown}
     */
    Set<ProcessHandle> lead(Colour colour) throws IOException, InterruptedException {
        Optional<String> before = file.content();
        boolean told = false;
        try {
            file.put(Optional.of(config.upstream(colour)));
            nginx.test(file.content());
            told = true;
            return nginx.reload();
        } catch (IOException | RuntimeException | InterruptedException failure) {
            putBack(before, told, failure);
            throw failure;
        }
    }

    /** Has nginx take the file as it is, and returns the workers that do not know it. */
    Set<ProcessHandle> leadAgain() throws IOException, InterruptedException {
        nginx.test(file.content());
        return nginx.reload();
    }

    /** Returns whether nobody knows where nginx leads requests, since it could not be told to go back. */
    boolean isUnknown() {
        return unknown;
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
