package dev.quiesce.web.http;

import dev.quiesce.lifecycle.TimeSource;
import dev.quiesce.web.http.ClientPace.Slowest;
import dev.quiesce.web.http.WaitingRoom.Welcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in as many requests at once as what stands behind can carry. Others wait without a thread, for as long as their clients
 * do, and are answered 503 with {@code Retry-After} while these still listen. Nothing is done for a client that has left.
 *
 * <p>Nor does anybody have a place in order to wait for its client. A request comes in when its body has arrived, or the first 64 KiB of
 * it, or less if the bodies of all together take too much memory, and goes when its last bytes have been handed over. It is cut when
 * its client is more than 5 s behind 1 KiB/s, with the body or with what is streamed to it.
 *
 * <p>A request may say in {@code X-Request-Deadline-Ms} for how many milliseconds its caller will wait.
 *
 * <p>Jetty's {@code QoSHandler} bounds as well, but knows one time for all, serves those who have left, and says nothing about
 * when to come back.
 *
 * <p>Thread-safe.
 */
public final class Admission extends Handler.Wrapper {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);
    private static final String DEADLINE = "X-Request-Deadline-Ms";
    private static final Duration SWEEP = Duration.ofMillis(50);

    /** By how much a caller may say that it waits longer than others; whoever says more is taken for mistaken. */
    private static final int MOST_PATIENCE = 60;

    private final AdmissionConfig config;
    private final Predicate<Request> bounded;
    private final TimeSource time = TimeSource.system();
    private final WaitingRoom<Waiting> room;
    private final AtomicLong lastLook = new AtomicLong(time.nanoTime() - SWEEP.toNanos());
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private final LongAdder shedFull = new LongAdder();
    private final LongAdder shedLate = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final LongAdder cut = new LongAdder();
    private final SlowClients slowClients;
    private final EarlyBody.Budget earlyBodies;

    /** A request that is inside, until it has no more to do but to wait for its client to take the last bytes. */
    private final class Visit {
        private final SlowClients.Watched client;
        private final long begin;
        private final AtomicBoolean over = new AtomicBoolean();

        private Visit(Request request, long begin) {
            this.begin = begin;
            client = slowClients.of(request);
        }

        private void end() {
            if (over.compareAndSet(false, true)) {
                client.end();
                if (room.leave(time.nanoTime() - begin)) {
                    callNext();
                }
            }
        }
    }

    /** A request that has come, and whoever waits for its answer. */
    private record Waiting(
            Request request,
            Response response,
            Callback callback,
            boolean whole,
            long arrival,
            long deadline,
            AtomicBoolean failed)
            implements WaitingRoom.Guest {

        /** With HTTP/1 nobody reads from a connection whose request waits; with HTTP/2 the request fails by itself. */
        boolean hasLeft() {
            return failed.get()
                    || !isHttp2()
                            && OpenConnection.of(request.getConnectionMetaData())
                                    .endPoint()
                                    .hasPeerLeft();
        }

        boolean isHttp2() {
            return request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
        }
    }

    /**
     * Bounds some requests of a handler.
     *
     * @param config how many, and how long they may wait
     * @param bounded which requests; the others are served at once, and cut just the same when their clients are too slow
     * @param served what serves them
     */
    public Admission(AdmissionConfig config, Predicate<Request> bounded, Handler served) {
        this(config, bounded, Slowest.ALLOWED, EarlyBody.Budget.ofHeap(), served);
    }

    Admission(
            AdmissionConfig config,
            Predicate<Request> bounded,
            Slowest slowest,
            EarlyBody.Budget earlyBodies,
            Handler served) {
        super(served);
        this.config = config;
        this.bounded = bounded;
        this.earlyBodies = earlyBodies;
        this.room = new WaitingRoom<>(config, time);
        this.slowClients = new SlowClients(slowest, time, () -> getServer().getScheduler(), this::cut);
    }

    /**
     * Returns what is to be seen of it, by name: the limit, how many are inside and wait, and how many were sent away or left,
     * and how many bytes their bodies take.
     *
     * @param admission gives it; first asked when a number is read
     */
    public static Map<String, LongSupplier> gauges(Supplier<Admission> admission) {
        return Map.of(
                "admissionLimit", () -> admission.get().room.currentLimit(),
                "admissionInside", () -> admission.get().room.inside(),
                "admissionWaiting", () -> admission.get().room.waiting().size(),
                "admissionWaitingLimit", () -> admission.get().config.waiting(),
                "admissionShedFull", () -> admission.get().shedFull.sum(),
                "admissionShedLate", () -> admission.get().shedLate.sum(),
                "admissionLeft", () -> admission.get().left.sum(),
                "admissionCut", () -> admission.get().cut.sum(),
                "admissionBodyBytes", () -> admission.get().earlyBodies.taken());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!bounded.test(request)) {
            return slowClients.serve(getHandler(), request, response, callback);
        }
        EarlyBody body = new EarlyBody(request, slowClients, earlyBodies);
        if (body.hasArrived()) {
            return arrived(body, response, callback);
        }
        awaitBody(body, request, response, callback);
        return true;
    }

    /** Served on another thread than the one that tells of bytes, which could not tell of further ones while a handler waits for them. */
    private void awaitBody(EarlyBody body, Request request, Response response, Callback callback) {
        body.awaitMore(() -> {
            if (body.hasArrived()) {
                getServer()
                        .getThreadPool()
                        .execute(() -> serve(request, response, callback, () -> arrived(body, response, callback)));
            } else {
                awaitBody(body, request, response, callback);
            }
        });
    }

    private boolean arrived(EarlyBody body, Response response, Callback callback) throws Exception {
        Request request = body.request();
        Throwable unread = body.failure();
        if (unread instanceof TimeoutException) {
            Response.writeError(request, response, callback, HttpStatus.REQUEST_TIMEOUT_408);
            return true;
        } else if (unread != null) {
            Response.writeError(request, response, callback, unread);
            return true;
        }
        long now = time.nanoTime();
        Duration patience = patience(request);
        if (!patience.isZero() && room.enterUncrowded()) {
            return enter(request, response, callback, body.isWhole(), now);
        }
        Waiting guest = new Waiting(
                request, response, callback, body.isWhole(), now, now + patience.toNanos(), new AtomicBoolean());
        // What was held up in the network comes with the end of its connection right behind it. A look is a system
        // call, for which there is no reason as long as there are places for all.
        if (guest.hasLeft()) {
            forget(guest);
            return true;
        }
        // Before others can see it, and serve it to its end, after which none can be added.
        request.addFailureListener(failure -> guest.failed().set(true));
        Welcome welcome = room.welcome(guest);
        if (welcome == Welcome.FULL && makePlace()) {
            welcome = room.welcome(guest);
        }
        if (welcome == Welcome.ENTER) {
            return enter(request, response, callback, body.isWhole(), now);
        }
        if (welcome == Welcome.WAIT) {
            sweepSoon();
        } else {
            shed(guest, welcome == Welcome.FULL ? shedFull : shedLate);
        }
        return true;
    }

    private boolean enter(Request request, Response response, Callback callback, boolean whole, long begin)
            throws Exception {
        Visit visit = new Visit(request, begin);
        return SlowClients.serve(getHandler(), visit.client, request, response, callback, whole, visit::end);
    }

    /** Lets those in whose turn it is, each on a thread of its own. */
    private void callNext() {
        for (Waiting next = room.next(); next != null; next = room.next()) {
            if (next.hasLeft()) {
                room.leave(-1);
                forget(next);
            } else if (room.isTooLate(next)) {
                room.leave(-1);
                shed(next, shedLate);
            } else {
                Request request = next.request();
                Response response = next.response();
                Callback callback = next.callback();
                boolean whole = next.whole();
                getServer()
                        .getThreadPool()
                        .execute(() -> serve(
                                request,
                                response,
                                callback,
                                () -> enter(request, response, callback, whole, time.nanoTime())));
            }
        }
    }

    private interface Serving {
        boolean isAccepted() throws Exception;
    }

    /** Serves on a thread that has nobody above it to answer for what goes wrong. */
    private static void serve(Request request, Response response, Callback callback, Serving serving) {
        try {
            if (!serving.isAccepted()) {
                Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            }
        } catch (Throwable failure) {
            Response.writeError(request, response, callback, failure);
        }
    }

    private void cut(Request request) {
        cut.increment();
        SlowClients.cut(request, this);
    }

    private void sweepSoon() {
        if (sweeping.compareAndSet(false, true)) {
            getServer().getScheduler().schedule(this::sweep, SWEEP.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        sweeping.set(false);
        room.late().forEach(late -> shed(late, shedLate));
        callNext();
        if (!room.waiting().isEmpty()) {
            sweepSoon();
        }
    }

    /** Those who have left make place first, and then, in a queue that stands, the one who has waited for the longest. */
    private boolean makePlace() {
        if (removeThoseWhoHaveLeft()) {
            return true;
        }
        Waiting oldest = room.evict();
        if (oldest == null) {
            return false;
        }
        shed(oldest, shedFull);
        return true;
    }

    /** Not for each one who finds no place, since it costs a look at every connection. */
    private boolean removeThoseWhoHaveLeft() {
        long now = time.nanoTime();
        long last = lastLook.get();
        if (now - last < SWEEP.toNanos() || !lastLook.compareAndSet(last, now)) {
            return false;
        }
        boolean removed = false;
        for (Waiting guest : room.waiting()) {
            if (guest.hasLeft() && room.remove(guest)) {
                removed = true;
                forget(guest);
            }
        }
        return removed;
    }

    /** One who has only closed its own side still gets an answer. */
    private void forget(Waiting guest) {
        left.increment();
        sendAway(guest);
    }

    private void shed(Waiting guest, LongAdder count) {
        count.increment();
        sendAway(guest);
    }

    /** Does not wait for the rest of a body, which has no end that is known. Nothing can follow it on its connection then. */
    private static void sendAway(Waiting guest) {
        Response response = guest.response();
        if (!guest.whole() && !guest.isHttp2()) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        int seconds = RetryAfter.seconds();
        response.setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
        response.getHeaders().put(HttpHeader.RETRY_AFTER, seconds);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        String body =
                "{\"status\":503,\"title\":\"Service Unavailable\",\"detail\":\"More is asked for than can be served."
                        + " Nothing has been done; come back in " + seconds + " s.\"}\n";
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.getBytes(StandardCharsets.UTF_8).length);
        Content.Sink.write(response, true, body, guest.callback());
    }

    private Duration patience(Request request) {
        @Nullable String told = request.getHeaders().get(DEADLINE);
        if (told != null) {
            try {
                long millis = Long.parseLong(told);
                if (millis >= 0 && millis <= config.patience().toMillis() * MOST_PATIENCE) {
                    return Duration.ofMillis(millis);
                }
            } catch (NumberFormatException e) {
                // Whoever says nothing that can be understood has said nothing.
            }
        }
        return config.patience();
    }
}
