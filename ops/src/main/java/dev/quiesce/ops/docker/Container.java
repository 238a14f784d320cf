package dev.quiesce.ops.docker;

import java.util.List;

/**
 * A container as the engine describes it.
 *
 * @param id its whole id
 * @param name its name
 * @param image the name of its image
 * @param pid the process id of its first process on the host, 0 if it does not run
 * @param limits what it may use
 * @param cpuQuota its limit as microseconds in each period, if it was given in this way; otherwise 0
 * @param cpuPeriod that period in microseconds
 * @param command its entry point and command
 * @param variables the names of its environment variables; their values may be secret
 */
public record Container(
        String id,
        String name,
        String image,
        long pid,
        Limits limits,
        long cpuQuota,
        long cpuPeriod,
        List<String> command,
        List<String> variables) {

    /** Returns whether it runs. */
    public boolean isRunning() {
        return pid > 0;
    }
}
