package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Where nginx leads requests, and how it is brought to lead them elsewhere. */
interface Routing {

    /**
     * Returns where it leads; empty if nowhere yet.
     *
     * @throws OpsException if that is neither of the two
     */
    Optional<Colour> colour() throws IOException;

    /**
     * Makes sure that nginx runs, and goes by what this writes.
     *
     * @throws OpsException otherwise
     */
    void check() throws IOException, InterruptedException;

    /**
     * Leads new requests elsewhere.
     *
     * @return the workers of nginx that do not know it yet
     * @throws OpsException if nginx does not take it; everything is as it was, unless {@link #isUnknown}
     */
    Set<ProcessHandle> lead(Colour colour) throws IOException, InterruptedException;

    /** Makes sure that nginx leads where it should, and returns the workers that may not know it. */
    Set<ProcessHandle> leadAgain() throws IOException, InterruptedException;

    /** Returns whether nobody knows where nginx leads requests, since it could not be told to go back. */
    boolean isUnknown();

    static Routing of(DeployConfig config, Containers containers) {
        Nginx nginx = new Nginx(config, containers);
        return config.switching() instanceof Switch.Socket socket
                ? new SocketRouting(config, socket, nginx)
                : new ReloadRouting(config, nginx);
    }
}
