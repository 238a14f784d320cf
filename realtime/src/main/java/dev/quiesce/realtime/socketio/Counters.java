package dev.quiesce.realtime.socketio;

import java.util.concurrent.atomic.LongAdder;

/** What happened to the sockets of a server. Safe for use by many threads. */
final class Counters {
    final LongAdder connected = new LongAdder();
    final LongAdder recovered = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder postponed = new LongAdder();
    final LongAdder eventsReceived = new LongAdder();
    final LongAdder eventsSent = new LongAdder();
    final LongAdder listenerFailures = new LongAdder();
}
