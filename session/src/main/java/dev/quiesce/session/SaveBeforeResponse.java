package dev.quiesce.session;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.session.ManagedSession;
import org.eclipse.jetty.session.SessionManager;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Writes the session before the first and before the last byte of the response, so that the client's next request finds it
 * on any instance. If that fails the response is another one; if it has begun, it is cut. Safe for use by many threads.
 */
final class SaveBeforeResponse extends Handler.Wrapper {
    /** Clients that are told the same time come back together. */
    private static final int MOST_RETRY_SECONDS = 6;

    private final SessionManager manager;
    private final WriteThroughCache cache;

    SaveBeforeResponse(SessionManager manager, WriteThroughCache cache) {
        this.manager = manager;
        this.cache = cache;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        request.addHttpStreamWrapper(stream -> new SavingStream(stream, request));
        return super.handle(request, response, callback);
    }

    private final class SavingStream extends HttpStream.Wrapper {
        private final Request request;
        private volatile boolean refused;

        SavingStream(HttpStream wrapped, Request request) {
            super(wrapped);
            this.request = request;
        }

        @Override
        public void send(
                MetaData.Request asked,
                MetaData.@Nullable Response answer,
                boolean last,
                @Nullable ByteBuffer content,
                Callback callback) {
            if (refused) {
                if (content != null) {
                    content.position(content.limit());
                }
                callback.succeeded();
                return;
            }
            boolean first = answer != null && !HttpStatus.isInterim(answer.getStatus());
            try {
                if (first || last) {
                    request.getContext().run(this::save, request);
                }
            } catch (StoreFailure failure) {
                if (answer == null) {
                    callback.failed(failure);
                    return;
                }
                refused = true;
                if (content != null) {
                    content.position(content.limit());
                }
                super.send(asked, refusal(answer, failure), true, null, callback);
                return;
            }
            super.send(asked, answer, last, content, callback);
        }

        private void save() {
            ManagedSession session = manager.getManagedSession(request);
            if (session != null) {
                cache.save(session);
            }
        }
    }

    private static MetaData.Response refusal(MetaData.Response answer, StoreFailure failure) {
        HttpFields.Mutable headers = HttpFields.build();
        HttpField connection = answer.getHttpFields().getField(HttpHeader.CONNECTION);
        if (connection != null) {
            headers.add(connection);
        }
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.put(HttpHeader.CONTENT_LENGTH, 0);
        if (failure.getCode() == HttpStatus.SERVICE_UNAVAILABLE_503) {
            headers.put(HttpHeader.RETRY_AFTER, ThreadLocalRandom.current().nextInt(1, MOST_RETRY_SECONDS + 1));
        }
        return new MetaData.Response(failure.getCode(), null, answer.getHttpVersion(), headers, 0);
    }
}
