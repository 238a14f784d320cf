package dev.quiesce.realtime;

import java.util.concurrent.atomic.LongAdder;

/** What happened to the sockets of a hub. Safe for use by many threads. */
final class Counters {
    final LongAdder refusedNotAccepting = new LongAdder();
    final LongAdder refusedOrigin = new LongAdder();
    final LongAdder slowConsumers = new LongAdder();
    final LongAdder heartbeatsLost = new LongAdder();
    final LongAdder handlerFailures = new LongAdder();

    SocketCounts with(Registry registry) {
        return new SocketCounts(
                registry.open(),
                registry.openedSoFar(),
                refusedNotAccepting.sum(),
                refusedOrigin.sum(),
                slowConsumers.sum(),
                heartbeatsLost.sum(),
                handlerFailures.sum(),
                registry.discardedMessages());
    }
}
