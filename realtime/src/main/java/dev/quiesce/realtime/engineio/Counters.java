package dev.quiesce.realtime.engineio;

import java.util.concurrent.atomic.LongAdder;

/** What happened to the sockets of a server. Safe for use by many threads. */
final class Counters {
    final LongAdder opened = new LongAdder();
    final LongAdder upgraded = new LongAdder();
    final LongAdder refusedNotAccepting = new LongAdder();
    final LongAdder refusedOrigin = new LongAdder();
    final LongAdder refusedLimit = new LongAdder();
    final LongAdder slowConsumers = new LongAdder();
    final LongAdder pingTimeouts = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder handlerFailures = new LongAdder();
}
