package dev.quiesce.web.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
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
    private static final int MOST_PEEKED = 4096;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Executor executor;
    private volatile boolean attended;
    private ByteBuffer peeked = NOTHING; // guarded by this

    WatchedEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Executor executor) {
        super(channel, selector, key, scheduler);
        this.executor = executor;
    }

    /** Returns whether nothing is to be done on this connection but to wait for bytes. */
    boolean isWaiting() {
        return !attended && isFillInterested();
    }

    /**
     * Returns whether the peer has closed its side, be it behind bytes that nobody has read; these are kept. Only while nobody
     * reads from this connection. It does not tell of a peer behind more than some kilobytes that are unread.
     */
    synchronized boolean hasPeerLeft() {
        if (peeked == NOTHING) {
            peeked = ByteBuffer.allocate(MOST_PEEKED);
        }
        try {
            while (peeked.hasRemaining()) {
                int count = getChannel().read(peeked);
                if (count <= 0) {
                    return count < 0;
                }
            }
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int kept = takePeeked(buffer);
        return kept > 0 ? kept : super.fill(buffer);
    }

    /** Jetty's buffers are filled behind what they hold. */
    private synchronized int takePeeked(ByteBuffer buffer) {
        if (peeked.position() == 0) {
            return 0;
        }
        peeked.flip();
        int position = BufferUtil.flipToFill(buffer);
        int taken = BufferUtil.put(peeked, buffer);
        BufferUtil.flipToFlush(buffer, position);
        peeked.compact();
        return taken;
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
        offerPeeked();
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
        if (!isFillInterested()) {
            attended = false;
        }
        boolean interested = super.tryFillInterested(callback);
        offerPeeked();
        return interested;
    }

    /** No selector knows of bytes that have been taken from the channel. */
    private void offerPeeked() {
        if (hasPeeked()) {
            attended = true;
            executor.execute(getFillInterest()::fillable);
        }
    }

    private synchronized boolean hasPeeked() {
        return peeked.position() > 0;
    }
}
