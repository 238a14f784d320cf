package dev.quiesce.realtime;

import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.websocket.core.CoreSession;

/** What waits to be sent to one peer, up to a bound. Safe for use by many threads. */
final class Outbox {
    /** What a message costs beside its content, in bytes. */
    static final int MESSAGE_OVERHEAD = 64;

    private final int bound;
    private final AtomicLong queuedBytes = new AtomicLong();

    Outbox(int bound) {
        this.bound = bound;
    }

    int bound() {
        return bound;
    }

    long queuedBytes() {
        return queuedBytes.get();
    }

    /**
     * Queues a message, unless too much waits already, and returns whether it was.
     *
     * @param isFollowed whether it may wait for another one that is sent at once
     * @throws IllegalArgumentException if it alone is more than may wait
     */
    boolean send(CoreSession session, Message message, boolean isFollowed) {
        long bytes = (long) message.size() + MESSAGE_OVERHEAD;
        if (bytes > bound) {
            throw new IllegalArgumentException("a message of " + message.size() + " bytes can never be sent with"
                    + " outboundQueueBytes " + bound + "; send less or raise it");
        }
        if (queuedBytes.addAndGet(bytes) > bound) {
            queuedBytes.addAndGet(-bytes);
            return false;
        }
        Runnable sent = () -> queuedBytes.addAndGet(-bytes);
        Callback done = Callback.from(InvocationType.NON_BLOCKING, sent, failure -> sent.run());
        session.sendFrame(message.toFrame(), done, isFollowed);
        return true;
    }
}
