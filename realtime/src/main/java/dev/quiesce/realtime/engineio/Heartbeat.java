package dev.quiesce.realtime.engineio;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Pings one client, and tells when it no longer answers. Called in the turn of its socket only.
 *
 * <p>Times are points on the clock and not delays, so that a timer that is late makes nothing else late.
 */
final class Heartbeat {

    /** What is done about a client. */
    interface Client {
        void ping();

        /** Whether what it sends is not read at the moment, because something before it is being handled. */
        boolean isBusy();

        void lost();

        /** Calls {@link #beat} in the turn of the socket. */
        void beat();
    }

    private final Scheduler scheduler;
    private final long interval;
    private final long timeout;
    private final Client client;
    private boolean pinged;
    private long due;
    private Scheduler.Task task = () -> false;

    Heartbeat(Scheduler scheduler, Duration interval, Duration timeout, Client client) {
        this.scheduler = scheduler;
        this.interval = interval.toNanos();
        this.timeout = timeout.toNanos();
        this.client = client;
    }

    void start() {
        pinged = false;
        at(System.nanoTime() + interval);
    }

    void stop() {
        task.cancel();
    }

    /** The client has answered. */
    void answered() {
        if (pinged) {
            task.cancel();
            start();
        }
    }

    /** Does what is due. */
    void beat() {
        long now = System.nanoTime();
        if (now - due < 0) {
            at(due);
        } else if (pinged && !client.isBusy()) {
            client.lost();
        } else if (pinged) {
            at(now + timeout);
        } else {
            pinged = true;
            client.ping();
            at(due + timeout);
        }
    }

    /** Whether the answer to a ping is overdue, be it that no timer has noticed yet. */
    boolean isOverdue() {
        long last = pinged ? due : due + timeout;
        return System.nanoTime() - last >= 0 && !client.isBusy();
    }

    private void at(long time) {
        due = time;
        long delay = Math.max(0, time - System.nanoTime());
        task = scheduler.schedule(client::beat, delay, TimeUnit.NANOSECONDS);
    }
}
