package dev.quiesce.session;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import org.eclipse.jetty.session.SessionData;
import org.jspecify.annotations.Nullable;

/**
 * The data of one session, with the limits that Jetty's own has not: an absolute lifetime and a size. Used under the lock of
 * its session, as its parent is.
 */
final class StoredSession extends SessionData {
    private static final long serialVersionUID = 1;

    /** Any size, for a store that writes nothing. */
    static final int ANY_SIZE = Integer.MAX_VALUE;

    private final long absoluteMillis;
    private final long slackMillis;
    private final int maxBytes;

    /** No less than what the session takes when it is written; negative while that is unknown. */
    private long bytes = -1;

    private volatile boolean lost;

    /**
     * Takes over what a store has made.
     *
     * @param slackMillis for how long after an access a store may leave it at that; the session lives as much longer
     */
    StoredSession(SessionData made, long absoluteMillis, long slackMillis, int maxBytes) {
        super(
                made.getId(),
                made.getContextPath(),
                made.getVhost(),
                made.getCreated(),
                made.getAccessed(),
                made.getLastAccessed(),
                made.getMaxInactiveMs());
        this.absoluteMillis = absoluteMillis;
        this.slackMillis = slackMillis;
        this.maxBytes = maxBytes;
        calcAndSetExpiry();
    }

    /** {@inheritDoc} */
    @Override
    public long calcExpiry(long time) {
        long idle = super.calcExpiry(time);
        if (absoluteMillis == 0) {
            return idle; // the parent is still being made
        }
        long end = getCreated() + absoluteMillis;
        return idle == 0 ? end : Math.min(idle + slackMillis, end);
    }

    /** {@inheritDoc} */
    @Override
    public boolean isExpiredAt(long time) {
        return getExpiry() > 0 && getExpiry() <= time;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the session could not be written then; it stays as it was
     */
    @Override
    public @Nullable Object setAttribute(String name, @Nullable Object value) {
        if (value == null || maxBytes == ANY_SIZE) {
            return super.setAttribute(name, value);
        }
        Object before = getAttribute(name);
        try {
            long added = bytes < 0 ? 0 : sizeOf(out -> out.writeObject(value));
            super.setAttribute(name, value);
            bytes += added;
            if (bytes < 0 || bytes > maxBytes) {
                bytes = sizeOf(out -> serializeAttributes(this, out));
            }
        } catch (IOException | RuntimeException | StackOverflowError e) {
            undo(name, before);
            throw new IllegalArgumentException(
                    "the attribute '" + name + "' cannot be kept in a session of the database: " + e, e);
        }
        if (bytes > maxBytes) {
            long tooMany = bytes;
            undo(name, before);
            throw new IllegalArgumentException("with the attribute '" + name + "' the session takes " + tooMany
                    + " bytes, and at most " + maxBytes + " are allowed: keep less in it, or raise the limit");
        }
        return before;
    }

    private void undo(String name, @Nullable Object before) {
        super.setAttribute(name, before);
        bytes = -1;
    }

    /** Notes that what has changed has not been kept and that whoever made the request knows it. */
    void giveUp() {
        lost = true;
    }

    boolean isGivenUp() {
        return lost;
    }

    /** Makes the data of one store. */
    record Maker(long absoluteMillis, long slackMillis, int maxBytes) {
        SessionData make(SessionData made) {
            return new StoredSession(made, absoluteMillis, slackMillis, maxBytes);
        }
    }

    private interface Writing {
        void to(ObjectOutputStream out) throws IOException;
    }

    private static long sizeOf(Writing writing) throws IOException {
        Counter counter = new Counter();
        try (ObjectOutputStream out = new ObjectOutputStream(counter)) {
            writing.to(out);
        }
        return counter.count;
    }

    private static final class Counter extends OutputStream {
        private long count;

        @Override
        public void write(int b) {
            count++;
        }

        @Override
        public void write(byte[] b, int off, int len) {
            count += len;
        }
    }
}
