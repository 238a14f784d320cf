package dev.quiesce.realtime.socketio;

import java.time.Duration;

/** What waits for the answers of sockets. Safe for use by many threads. */
interface Answers {

    /** Returns how long is waited for each. */
    Duration timeout();

    /** The event goes to so many sockets. Called before any of them can answer. */
    void expect(int sockets);

    void answered(Arguments answer);

    void failed(AckException why);
}
