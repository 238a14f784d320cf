package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Brings versions of one service to serve, one at a time. */
interface Deployer {

    /**
     * Deploys a version, after a deploy that has been interrupted has been brought to its end. Nothing is done if it serves already.
     *
     * @param again whether it is deployed even then
     * @throws OpsException if it fails, with what serves and what is to be done
     */
    Deployed deploy(String version, boolean again) throws IOException, InterruptedException;

    /**
     * Goes back to the version before.
     *
     * @param only if the last deploy was not of this version, nothing is done; null for whatever it was of
     * @throws OpsException if there is none, or it fails
     */
    Deployed rollBack(@Nullable String only) throws IOException, InterruptedException;

    /** Returns what serves, and what the last deploy has come to. */
    Status status() throws IOException, InterruptedException;
}
