package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.realtime.testing.NodePrograms;
import java.util.List;

/** One event to a thousand sockets, against Node's own Socket.IO server. */
final class FanOutDrill implements Part {
    @Override
    public String name() {
        return "fan-out";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        List<String> command = List.of("fanout.mjs", "--start=" + NodePrograms.server(), "--rounds=" + effort.forks());
        return new NodeRun(name(), "", command).figures();
    }
}
