package dev.quiesce.web.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final AtomicBoolean told = new AtomicBoolean();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile @Nullable Long lastEnd;
    private volatile SelectionKey key;
    private volatile boolean attended;
    private ByteBuffer peeked = NOTHING; // guarded by this

    WatchedEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Executor executor) {
        super(channel, selector, key, scheduler);
        this.executor = executor;
        this.key = key;
    }

    /** Returns whether nothing is to be done on this connection but to wait for bytes. */
    boolean isWaiting() {
        return !attended && isFillInterested();
    }

    void requestHasCome() {
        requests.incrementAndGet();
    }

    /**
     * Says that a request has ended.
     *
     * @param closing whether it is of interest when
     */
    void requestHasEnded(boolean closing) {
        if (closing) {
            lastEnd = System.nanoTime();
        }
        requests.decrementAndGet();
    }

    /** Returns whether a request that has come by this connection has not ended. */
    boolean hasRequests() {
        return requests.get() > 0;
    }

    /** Returns the point at which the last request ended while that was of interest, or null if none has. */
    @Nullable
    Long lastEnd() {
        return lastEnd;
    }

    /**
     * Returns whether the peer has closed its side, be it behind bytes that nobody has read; these are kept for whoever reads
     * next. It does not tell of a peer behind more than some kilobytes that are unread.
     */
    boolean hasPeerLeft() {
        boolean left = peek();
        if (isFillInterested()) {
            offerPeeked();
        }
        return left;
    }

    /**
     * Returns whether bytes have come that not even a selector has noticed, as on a machine that is overloaded. They are dealt
     * with then.
     */
    boolean hasUnread() {
        peek();
        boolean unread = hasPeeked();
        if (unread && isFillInterested()) {
            offerPeeked();
        }
        return unread;
    }

    private synchronized boolean peek() {
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

    /** What has been peeked at comes first, and is never overtaken, since both are read under the same lock. */
    @Override
    public synchronized int fill(ByteBuffer buffer) throws IOException {
        if (peeked.position() == 0) {
            return super.fill(buffer);
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
        // Not if it is only writable: with HTTP/2 nobody would ever say that this has been attended to.
        if ((key.readyOps() & SelectionKey.OP_READ) != 0) {
            attended = true;
        }
        return super.onSelected();
    }

    @Override
    public void replaceKey(SelectionKey newKey) {
        key = newKey;
        super.replaceKey(newKey);
    }

    /** Returns whether this is the first time that the peer is told to go away. */
    boolean tellsForTheFirstTime() {
        return told.compareAndSet(false, true);
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
