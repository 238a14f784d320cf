package dev.quiesce.realtime;

import java.time.Duration;

/**
 * Pings one peer, and tells when it no longer answers.
 *
 * <p>Runs on the timer's thread; {@link #heard} and {@link #stop} may be called by any thread.
 */
final class Heartbeat {

    /** The connection under watch. */
    interface Peer {
        void ping();

        /** Whether what the peer sends is being read; while a message is handled it is not. */
        boolean isRead();

        void lost();
    }

    private final Timer timer;
    private final Duration interval;
    private final Duration timeout;
    private final Peer peer;
    private volatile boolean heard;
    private Runnable cancel = () -> {};
    private boolean stopped;

    Heartbeat(Timer timer, Duration interval, Duration timeout, Peer peer) {
        this.timer = timer;
        this.interval = interval;
        this.timeout = timeout;
        this.peer = peer;
    }

    void start() {
        if (interval.isZero()) {
            return;
        }
        next(interval, this::beat);
    }

    /** The peer has shown to be alive. */
    void heard() {
        heard = true;
    }

    synchronized void stop() {
        stopped = true;
        cancel.run();
    }

    private void beat() {
        heard = false;
        peer.ping();
        next(timeout, this::check);
    }

    private void check() {
        if (heard) {
            next(interval.minus(timeout), this::beat);
        } else if (!peer.isRead()) {
            next(timeout, this::check);
        } else {
            peer.lost();
        }
    }

    private synchronized void next(Duration delay, Runnable task) {
        if (!stopped) {
            cancel = timer.after(delay, task);
        }
    }
}
