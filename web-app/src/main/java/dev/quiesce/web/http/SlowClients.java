package dev.quiesce.web.http;

import dev.quiesce.lifecycle.TimeSource;
import dev.quiesce.web.http.ClientPace.Slowest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks twice a second for clients that are too slow. Those that nobody has waited for cost nothing.
 *
 * <p>Thread-safe.
 */
final class SlowClients {
    private static final Logger log = LoggerFactory.getLogger(SlowClients.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Slowest slowest;
    private final TimeSource time;
    private final Supplier<Scheduler> scheduler;
    private final Consumer<Request> onTooSlow;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();

    /**
     * Makes one without any client.
     *
     * @param scheduler what calls it to look
     * @param onTooSlow given each request whose client is too slow, once
     */
    SlowClients(Slowest slowest, TimeSource time, Supplier<Scheduler> scheduler, Consumer<Request> onTooSlow) {
        this.slowest = slowest;
        this.time = time;
        this.scheduler = scheduler;
        this.onTooSlow = onTooSlow;
    }

    /** The client of a request, which is watched until the {@link #end}. Thread-safe. */
    final class Watched {
        private final Request request;
        private final ClientPace pace = new ClientPace(slowest, time, this::begin);
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile boolean waitedFor;

        private Watched(Request request) {
            this.request = request;
        }

        ClientPace pace() {
            return pace;
        }

        void end() {
            over.set(true);
            if (waitedFor) {
                watched.remove(this);
            }
        }

        private void begin() {
            waitedFor = true;
            watched.add(this);
            if (over.get()) {
                watched.remove(this);
            }
            lookSoon();
        }

        private void tellIfTooSlow() {
            if (pace.isTooSlow() && over.compareAndSet(false, true)) {
                watched.remove(this);
                onTooSlow.accept(request);
            }
        }
    }

    /** Returns the client of a request. */
    Watched of(Request request) {
        return new Watched(request);
    }

    /** Has a handler serve a request, and watches its client until the last bytes have been handed over. */
    boolean serve(Handler handler, Request request, Response response, Callback callback) throws Exception {
        Watched client = of(request);
        return serve(handler, client, request, response, callback, false, client::end);
    }

    /**
     * Has a handler serve a request whose client is watched.
     *
     * @param whole whether nothing of the request is left to be read
     * @param onEnd called when the last bytes have been handed over, when the request has ended, and if the handler does not accept it
     */
    static boolean serve(
            Handler handler,
            Watched client,
            Request request,
            Response response,
            Callback callback,
            boolean whole,
            Runnable onEnd)
            throws Exception {
        Request read = whole ? request : client.pace.watch(request);
        boolean accepted = false;
        try {
            accepted = handler.handle(read, client.pace.watch(read, response, onEnd), Callback.from(onEnd, callback));
        } finally {
            if (!accepted) {
                onEnd.run();
            }
        }
        return accepted;
    }

    /**
     * Ends a request whose client is too slow, and says so.
     *
     * @param handlers what it has been given to
     */
    static void cut(Request request, Handler.Container handlers) {
        log.info("Cut {} {}: its client is too slow", request.getMethod(), PathTemplate.of(request, handlers));
        OpenConnection.cut(request);
    }

    private void lookSoon() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            scheduler.get().schedule(this::look, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        looking.set(false);
        watched.forEach(Watched::tellIfTooSlow);
        if (!watched.isEmpty()) {
            lookSoon();
        }
    }
}
