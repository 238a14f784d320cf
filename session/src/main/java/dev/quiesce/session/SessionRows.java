package dev.quiesce.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.session.JDBCSessionDataStore;
import org.eclipse.jetty.session.SessionData;
import org.eclipse.jetty.session.UnreadableSessionDataException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's store in a database, changed where it would lose something: times are written without the attributes, which
 * another instance may have changed meanwhile; a session that is too large is refused; one that cannot be read is dropped.
 * Safe for use by many threads.
 */
final class SessionRows extends JDBCSessionDataStore {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSessions.class);

    /** The longest that the times of a session may be behind, and the part of its idle lifetime. */
    private static final long LONGEST_SAVE_PERIOD_SECONDS = 60;

    private static final int SAVE_PERIOD_PART = 10;

    private final SessionTable table;
    private final int maxBytes;
    private final StoredSession.Maker maker;
    private final AtomicInteger unreadable = new AtomicInteger();
    private volatile boolean closed;

    SessionRows(SessionTable table, SessionConfig config) {
        this.table = table;
        this.maxBytes = config.maxBytes();
        long savePeriod =
                Math.min(LONGEST_SAVE_PERIOD_SECONDS, config.idleLifetime().toSeconds() / SAVE_PERIOD_PART);
        this.maker =
                new StoredSession.Maker(config.absoluteLifetime().toMillis(), savePeriod * 1000, config.maxBytes());
        setSavePeriodSec(Math.toIntExact(savePeriod));
        setDatabaseAdaptor(table.adaptor());
        setSessionTableSchema(table);
    }

    /** Answers nobody from now on. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Returns how many sessions have been dropped because they could not be read. */
    int unreadable() {
        return unreadable.get();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the session store has been stopped");
        }
    }

    /** {@inheritDoc} */
    @Override
    public SessionData newSessionData(String id, long created, long accessed, long lastAccessed, long maxInactiveMs) {
        return maker.make(super.newSessionData(id, created, accessed, lastAccessed, maxInactiveMs));
    }

    /** Returns the session; nothing if there is none that can be read. */
    @Override
    public @Nullable SessionData doLoad(String id) throws Exception {
        requireOpen();
        if (!isPossible(id)) {
            return null;
        }
        try {
            return super.doLoad(id);
        } catch (UnreadableSessionDataException e) {
            drop(id, e.getCause() == null ? e : e.getCause());
        } catch (LinkageError | StackOverflowError e) {
            drop(id, e);
        }
        return null;
    }

    private void drop(String id, Throwable cause) throws Exception {
        LOG.warn(
                "Dropped a session that cannot be read, the {}. since the start: {}",
                unreadable.incrementAndGet(),
                cause.toString());
        delete(id);
    }

    @Override
    public boolean doExists(String id) throws Exception {
        requireOpen();
        return isPossible(id) && super.doExists(id);
    }

    /** Returns whether the column could hold such an id; the server refuses to compare it with others. */
    private static boolean isPossible(String id) {
        return id.length() <= SessionTable.LONGEST_ID && id.chars().allMatch(c -> c > ' ' && c < 127);
    }

    /** {@inheritDoc} */
    @Override
    public boolean delete(String id) throws Exception {
        requireOpen();
        return super.delete(id);
    }

    /** {@inheritDoc} */
    @Override
    public void store(String id, SessionData data) throws Exception {
        if (!(data instanceof StoredSession session && session.isGivenUp())) {
            super.store(id, data);
        }
    }

    @Override
    protected void doInsert(String id, SessionData data) throws Exception {
        requireOpen();
        serialize(data);
        super.doInsert(id, data);
    }

    @Override
    protected void doUpdate(String id, SessionData data) throws Exception {
        requireOpen();
        SessionTable.Times times = new SessionTable.Times(
                data.getLastNode(),
                data.getAccessed(),
                data.getLastAccessed(),
                data.getLastSaved(),
                data.getExpiry(),
                data.getMaxInactiveMs());
        if (!data.isDirty()) {
            table.touch(id, _context, times);
        } else if (!table.save(id, _context, times, serialize(data))) {
            LOG.debug("A session that has changed was ended by another request meanwhile");
        }
    }

    /** Returns the attributes as they are written. Throws UnkeptAttributesException if they cannot be. */
    private byte[] serialize(SessionData data) throws UnkeptAttributesException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            SessionData.serializeAttributes(data, out);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new UnkeptAttributesException("a session cannot be written: " + e, e);
        }
        if (bytes.size() > maxBytes) {
            throw new UnkeptAttributesException(
                    "a session takes " + bytes.size() + " bytes, and at most " + maxBytes
                            + " are allowed: keep less in it, or raise the limit. Its attributes are " + data.getKeys(),
                    null);
        }
        return bytes.toByteArray();
    }

    /** Gives a session another id at once, so that no failure in between can end it. Returns whether there was one. */
    boolean rename(String id, String newId) throws SQLException {
        requireOpen();
        return table.rename(id, newId, _context);
    }

    /**
     * Deletes what has expired, in all contexts, by one statement that several instances may run at once.
     *
     * @return nothing that would be left to expire
     */
    @Override
    public Set<String> getExpired(Set<String> candidates) {
        long now = System.currentTimeMillis();
        try {
            int swept = SessionTable.SWEPT_AT_ONCE;
            while (swept == SessionTable.SWEPT_AT_ONCE && !closed) {
                swept = table.sweep(now);
            }
        } catch (SQLException e) {
            LOG.warn("Expired sessions were not swept, and will be with the next sweep: {}", e.toString());
        }
        return new HashSet<>();
    }

    /** What a request has put into its session cannot be written, which is not the database's fault. */
    private static final class UnkeptAttributesException extends Exception {
        private static final long serialVersionUID = 1;

        UnkeptAttributesException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        @Override
        public String toString() {
            return String.valueOf(getMessage());
        }
    }
}
