package dev.quiesce.web.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, read before the request is served: until its end, or until there is so much that the rest has to be
 * streamed. Nobody waits for the client meanwhile, and no thread is held.
 *
 * <p>Jetty's {@code EagerContentHandler} does the like. It does not see the body of an HTTP/2 request that says no length, keeps a
 * buffer of its own for each small piece, and never ends a request whose handler fails its callback (12.1.12).
 *
 * <p>Used by one thread at a time, as the contract of {@link Content.Source} is.
 */
final class EarlyBody {
    /** What most bodies fit in that are not files. Many more such bodies than threads may arrive at the same time. */
    static final int MOST = 64 * 1024;

    private static final int FIRST_SIZE = 512;

    private final Request request;
    private final SlowClients clients;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream(FIRST_SIZE);
    private Request source;
    private SlowClients.@Nullable Watched client;
    private boolean whole;
    private @Nullable Throwable failure;

    /**
     * Makes one of which nothing has been read.
     *
     * @param clients watches the client as soon as it is waited for
     */
    EarlyBody(Request request, SlowClients clients) {
        this.request = request;
        this.clients = clients;
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
            add(chunk.getByteBuffer());
            chunk.release();
            if (whole || read.size() >= MOST) {
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
        return read.size() == 0 ? request : new Rewound(request, ByteBuffer.wrap(read.toByteArray()), whole);
    }

    private void add(ByteBuffer bytes) {
        try {
            BufferUtil.writeTo(bytes, read);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
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
