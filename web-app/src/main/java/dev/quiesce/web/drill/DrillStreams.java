package dev.quiesce.web.drill;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.web.http.LongRequests;
import dev.quiesce.web.http.LongRequests.Registration;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;

/**
 * The event streams of the drill, all of them driven by one thread, which this component ends.
 *
 * <p>They are {@link LongRequests}: told at quiesce, they say so in a last event and end themselves. A client goes on at another
 * instance by the number of the last event that it has seen.
 *
 * <p>Safe for use by many threads.
 */
public final class DrillStreams implements Lifecycle {
    private final LongRequests requests;
    private final ScheduledThreadPoolExecutor scheduler;

    @Inject
    DrillStreams(LongRequests requests) {
        this.requests = requests;
        // A stream that is cut may still ask for its next turn; that it gets none is right.
        scheduler = new ScheduledThreadPoolExecutor(
                1,
                work -> {
                    Thread thread = new Thread(work, "drill-streams");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /** Does nothing: the thread begins with the first stream. */
    @Override
    public void start() {}

    @Override
    public void stop(Deadline deadline) {
        scheduler.shutdownNow();
    }

    void open(HttpServletRequest request, ServletOutputStream out, int seen, int last, Duration gap) {
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        EventStream stream = new EventStream(this, async, out, seen, last, gap);
        async.addListener(stream);
        Registration registration = requests.register("GET /drill/stream", stream::end);
        Request.addCompletionListener(
                ServletContextRequest.getServletContextRequest(request), failure -> registration.close());
        out.setWriteListener(stream);
    }

    void later(Runnable turn, Duration delay) {
        scheduler.schedule(turn, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
}
