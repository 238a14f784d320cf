package dev.quiesce.web.http;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A connection that knows whether bytes have come that have not been dealt with, be it that no thread was free to read them or
 * that what they say is still being looked at. A time without bytes does not tell that.
 *
 * <p>Thread-safe.
 */
final class WatchedEndPoint extends SocketChannelEndPoint {
    private volatile boolean attended;

    WatchedEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /** Returns whether nothing is to be done on this connection but to wait for bytes. */
    boolean isWaiting() {
        return !attended && isFillInterested();
    }

    @Override
    public @Nullable Runnable onSelected() {
        attended = true;
        return super.onSelected();
    }

    @Override
    public void fillInterested(Callback callback) {
        attended = false;
        super.fillInterested(callback);
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
        if (!isFillInterested()) {
            attended = false;
        }
        return super.tryFillInterested(callback);
    }
}
