package dev.quiesce.ops.deploy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link LossProbe}, if one is asked for. */
record Probe(@Nullable LossProbe probe) implements AutoCloseable {

    /**
     * What it has seen.
     *
     * @param sent how many requests it has sent
     * @param lost how many of them got no complete answer
     * @param losses what became of the first of these
     */
    record Result(long sent, long lost, List<String> losses) {}

    static Probe none() {
        return new Probe(null);
    }

    static Probe of(@Nullable String url, int perSecond) {
        return new Probe(url == null ? null : LossProbe.start(url, perSecond));
    }

    @Nullable
    Result end() throws InterruptedException {
        return probe == null ? null : new Result(probe.end(), probe.lost(), probe.losses());
    }

    @Override
    public void close() {
        if (probe != null) {
            probe.close();
        }
    }
}
