package dev.quiesce.web.http;

import dev.quiesce.lifecycle.TimeSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * How long a request has waited for its client to send or to take bytes, less what these bytes may take. The time in which the
 * service is busy itself, or has nothing to say, does not count; so an event stream may be as quiet as it likes. Nobody gets time in
 * advance by being fast.
 *
 * <p>Jetty's own {@code MinimumDataRateHandler} counts that time as well, and looks only when more is read or written.
 * {@code HttpConfiguration.setMinRequestDataRate} and {@code setMinResponseDataRate} have no effect (12.1.12).
 *
 * <p>Thread-safe.
 */
final class ClientPace {
    private final Slowest slowest;
    private final TimeSource time;
    private final Runnable onWait;
    private final Waits reads = new Waits();
    private final Waits writes = new Waits();

    /**
     * How slow a client may be.
     *
     * @param grace the most that it may be behind
     * @param bytesPerSecond how many bytes may take one second
     */
    record Slowest(Duration grace, int bytesPerSecond) {

        /** A quarter of what GPRS carries, and four times what Kestrel asks for, after the same grace: a place is scarcer than a connection. */
        static final Slowest ALLOWED = new Slowest(Duration.ofSeconds(5), 1024);
    }

    /**
     * Makes one without any wait.
     *
     * @param onWait called whenever a wait begins, maybe often; must return soon
     */
    ClientPace(Slowest slowest, TimeSource time, Runnable onWait) {
        this.slowest = slowest;
        this.time = time;
        this.onWait = onWait;
    }

    boolean isTooSlow() {
        return reads.areTooLong() || writes.areTooLong();
    }

    /** Returns the request with its reads watched. */
    Request watch(Request request) {
        return new Request.Wrapper(request) {
            @Override
            public Content.@Nullable Chunk read() {
                Content.Chunk chunk = super.read();
                if (chunk != null) {
                    reads.pay(chunk.remaining());
                }
                return chunk;
            }

            @Override
            public void demand(Runnable callback) {
                reads.begin(0);
                onWait.run();
                super.demand(Invocable.from(Invocable.getInvocationType(callback), () -> {
                    reads.end();
                    callback.run();
                }));
            }
        };
    }

    /**
     * Returns the response with its writes watched.
     *
     * @param onLast called when the last bytes have been handed over, though not taken by the client
     */
    Response watch(Request request, Response response, Runnable onLast) {
        return new Response.Wrapper(request, response) {
            @Override
            public void write(boolean last, @Nullable ByteBuffer bytes, Callback callback) {
                if (last) {
                    super.write(true, bytes, callback);
                    onLast.run();
                } else {
                    writes.begin(bytes == null ? 0 : bytes.remaining());
                    onWait.run();
                    super.write(false, bytes, Callback.from(writes::end, callback));
                }
            }
        };
    }

    /** The waits in one direction: what is left of them when the bytes that have moved have paid for their time. */
    private final class Waits {
        private long debtNanos;
        private long since;
        private int pending;
        private boolean waiting;

        synchronized void begin(int bytes) {
            since = time.nanoTime();
            pending = bytes;
            waiting = true;
        }

        synchronized void end() {
            if (waiting) {
                waiting = false;
                debtNanos += time.nanoTime() - since;
                pay(pending);
            }
        }

        synchronized void pay(int bytes) {
            debtNanos = Math.max(0, debtNanos - nanosFor(bytes));
        }

        synchronized boolean areTooLong() {
            return waiting
                    && debtNanos + time.nanoTime() - since > slowest.grace().toNanos() + nanosFor(pending);
        }

        private long nanosFor(int bytes) {
            return bytes * TimeUnit.SECONDS.toNanos(1) / slowest.bytesPerSecond();
        }
    }
}
