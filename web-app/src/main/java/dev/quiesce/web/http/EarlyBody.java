package dev.quiesce.web.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, read before the request is served: until its end, or until there is so much, of it or of all together,
 * that the rest has to be streamed. Nobody waits for the client meanwhile, and no thread is held.
 *
 * <p>Jetty's {@code EagerContentHandler} does the like. It does not see the body of an HTTP/2 request that says no length, keeps a
 * buffer of its own for each small piece, and never ends a request whose handler fails its callback (12.1.12).
 *
 * <p>Used by one thread at a time, as the contract of {@link Content.Source} is.
 */
final class EarlyBody {
    /** What most bodies fit in that are not files. Many more such bodies than threads may arrive at the same time. */
    static final int MOST = 64 * 1024;

    private static final byte[] NOTHING = {};
    private static final int FIRST_SIZE = 512;

    /** A few thousand bodies of the common kind, even with a small heap. */
    private static final long LEAST_BUDGET = 4 * 1024 * 1024;

    private static final int SHARE_OF_HEAP = 16;

    /** What all of them may take together. Thread-safe. */
    static final class Budget {
        private final long most;
        private final AtomicLong taken = new AtomicLong();

        /**
         * Makes one of which nothing has been taken.
         *
         * @param most in bytes
         */
        Budget(long most) {
            this.most = most;
        }

        /** Makes one of a sixteenth of the heap, and at least 4 MiB. */
        static Budget ofHeap() {
            return new Budget(Math.max(LEAST_BUDGET, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
        }

        /** Takes so many bytes in any case, and returns whether more may be taken. */
        private boolean take(int count) {
            return taken.addAndGet(count) < most;
        }

        private void giveBack(int count) {
            taken.addAndGet(-count);
        }

        /** Returns how many bytes are taken. */
        long taken() {
            return taken.get();
        }
    }

    private final Request request;
    private final SlowClients clients;
    private final Budget budget;
    private byte[] bytes = NOTHING;
    private int size;
    private Request source;
    private SlowClients.@Nullable Watched client;
    private boolean whole;
    private @Nullable Throwable failure;

    /**
     * Makes one of which nothing has been read.
     *
     * @param clients watches the client as soon as it is waited for
     * @param budget what this may take, with all others, until the request has ended
     */
    EarlyBody(Request request, SlowClients clients, Budget budget) {
        this.request = request;
        this.clients = clients;
        this.budget = budget;
        this.source = request;
    }

    /** Reads what has come, and returns whether that is all that is read early. */
    boolean hasArrived() {
        boolean arrived = hasReadAll();
        if (arrived && client != null) {
            client.end();
        }
        return arrived;
    }

    private boolean hasReadAll() {
        Content.Chunk chunk = source.read();
        while (chunk != null) {
            failure = chunk.getFailure();
            whole = chunk.isLast();
            if (failure != null) {
                return true;
            }
            boolean mayGrow = add(chunk.getByteBuffer());
            chunk.release();
            if (whole || size >= MOST || !mayGrow) {
                return true;
            }
            chunk = source.read();
        }
        return false;
    }

    /**
     * Has the callback called once when more has come.
     *
     * @param callback must not block
     */
    void awaitMore(Runnable callback) {
        if (client == null) {
            client = clients.of(request);
            source = client.pace().watch(request);
        }
        source.demand(Invocable.from(Invocable.InvocationType.NON_BLOCKING, callback));
    }

    /** Returns why the body will not arrive, or null if it has. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Returns whether nothing is left to be read from the client. */
    boolean isWhole() {
        return whole;
    }

    /** Returns the request, with what has been read to be read again. */
    Request request() {
        return size == 0 ? request : new Rewound(request, ByteBuffer.wrap(bytes, 0, size), whole);
    }

    /** Returns whether there is memory for more. */
    private boolean add(ByteBuffer more) {
        int needed = size + more.remaining();
        boolean mayGrow = true;
        if (needed > bytes.length) {
            int larger = Math.max(Math.max(needed, FIRST_SIZE), Math.min(2 * bytes.length, MOST));
            if (size == 0) {
                Request.addCompletionListener(request, failure -> budget.giveBack(bytes.length));
            }
            mayGrow = budget.take(larger - bytes.length);
            bytes = Arrays.copyOf(bytes, larger);
        }
        more.get(bytes, size, more.remaining());
        size = needed;
        return mayGrow;
    }

    private static final class Rewound extends Request.Wrapper {
        private final AtomicReference<Content.@Nullable Chunk> first = new AtomicReference<>();

        Rewound(Request request, ByteBuffer bytes, boolean whole) {
            super(request);
            first.set(Content.Chunk.from(bytes, whole, Callback.NOOP::succeeded));
        }

        @Override
        public Content.@Nullable Chunk read() {
            Content.Chunk chunk = first.getAndSet(null);
            return chunk == null ? super.read() : chunk;
        }

        @Override
        public void demand(Runnable callback) {
            if (first.get() == null) {
                super.demand(callback);
            } else {
                getContext().execute(callback);
            }
        }

        @Override
        public void fail(Throwable failure) {
            first.set(null);
            super.fail(failure);
        }
    }
}
