package dev.quiesce.realtime.engineio;

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
    private final EngineSocket socket;
    private final Scheduler scheduler;
    private final Executor turn;
    private final long interval;
    private final long timeout;
    private boolean pinged;
    private boolean stopped;
    private long due;
    private Scheduler.Task task = () -> false;

    /**
     * Makes one.
     *
     * @param turn runs tasks in the turn of the socket
     */
    Heartbeat(EngineSocket socket, Scheduler scheduler, Executor turn, EngineIoConfig config) {
        this.socket = socket;
        this.scheduler = scheduler;
        this.turn = turn;
        this.interval = config.pingInterval().toNanos();
        this.timeout = config.pingTimeout().toNanos();
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
            socket.send(Packet.PING);
            at(now + Math.max(timeout / 2, due + timeout - now));
        } else {
            long silent = socket.inbound().silentNanos();
            if (silent >= timeout) {
                socket.unanswered();
            } else {
                at(now + timeout - silent);
            }
        }
    }

    /** Whether the answer to a ping is overdue, be it that no timer has noticed yet. */
    boolean isOverdue() {
        return pinged && System.nanoTime() - due >= 0 && socket.inbound().silentNanos() >= timeout;
    }

    private void at(long time) {
        due = time;
        long delay = Math.max(0, time - System.nanoTime());
        task = scheduler.schedule(() -> turn.execute(this::beat), delay, TimeUnit.NANOSECONDS);
    }
}
