package dev.quiesce.realtime.engineio;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Pings one client, and tells when it no longer answers. Called in the turn of its socket only.
 *
 * <p>Times are points on the clock and not delays, so that a timer that is late makes nothing else late. A client has half of the
 * timeout to answer all the same, if it was this process that stood still.
 */
final class Heartbeat {

    /** What is done about a client. */
    interface Client {
        void ping();

        /** For how long nothing of it has been handled: what it sends is not read as long as something before it is. */
        long silentNanos();

        void lost();
    }

    private final Scheduler scheduler;
    private final Executor turn;
    private final long interval;
    private final long timeout;
    private final Client client;
    private boolean pinged;
    private boolean stopped;
    private long due;
    private Scheduler.Task task = () -> false;

    /**
     * Makes one.
     *
     * @param turn runs tasks in the turn of the socket
     */
    Heartbeat(Scheduler scheduler, Executor turn, Duration interval, Duration timeout, Client client) {
        this.scheduler = scheduler;
        this.turn = turn;
        this.interval = interval.toNanos();
        this.timeout = timeout.toNanos();
        this.client = client;
    }

    void start() {
        pinged = false;
        at(System.nanoTime() + interval);
    }

    void stop() {
        stopped = true;
        task.cancel();
    }

    /** The client has answered. */
    void answered() {
        if (pinged) {
            task.cancel();
            start();
        }
    }

    private void beat() {
        long now = System.nanoTime();
        if (stopped) {
            return;
        }
        if (now - due < 0) {
            at(due);
        } else if (!pinged) {
            pinged = true;
            client.ping();
            at(now + Math.max(timeout / 2, due + timeout - now));
        } else {
            long silent = client.silentNanos();
            if (silent >= timeout) {
                client.lost();
            } else {
                at(now + timeout - silent);
            }
        }
    }

    /** Whether the answer to a ping is overdue, be it that no timer has noticed yet. */
    boolean isOverdue() {
        return pinged && System.nanoTime() - due >= 0 && client.silentNanos() >= timeout;
    }

    private void at(long time) {
        due = time;
        long delay = Math.max(0, time - System.nanoTime());
        task = scheduler.schedule(() -> turn.execute(this::beat), delay, TimeUnit.NANOSECONDS);
    }
}
