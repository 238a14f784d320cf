package dev.quiesce.web.drill;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One stream of events. Whoever has news wakes it; a thread that wakes it while another one works for it leaves the news to
 * that one, so that the output has one writer at a time and nobody waits.
 */
final class EventStream implements WriteListener, AsyncListener {
    private final DrillStreams streams;
    private final AsyncContext async;
    private final ServletOutputStream out;
    private final int last;
    private final Duration gap;
    private final AtomicInteger wakeUps = new AtomicInteger();

    private volatile boolean writable;
    private volatile boolean due = true;
    private volatile boolean ending;
    private volatile boolean cut;
    private volatile boolean completed;

    // of the one thread that works
    private int sent;
    private boolean unflushed = true; // the head of the response, to begin with
    private boolean finished;

    EventStream(DrillStreams streams, AsyncContext async, ServletOutputStream out, int seen, int last, Duration gap) {
        this.streams = streams;
        this.async = async;
        this.out = out;
        this.sent = seen;
        this.last = last;
        this.gap = gap;
    }

    /** Says goodbye and ends, as soon as what is being written is written. */
    void end() {
        ending = true;
        wake();
    }

    /** Ends without a word. */
    private void cut() {
        cut = true;
        wake();
    }

    @Override
    public void onWritePossible() {
        writable = true;
        wake();
    }

    @Override
    public void onError(Throwable failure) {
        cut();
    }

    @Override
    public void onError(AsyncEvent event) {
        cut();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        cut();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // never started again
    }

    @Override
    public void onComplete(AsyncEvent event) {
        completed = true; // from now on the output may belong to another request
    }

    private void nextIsDue() {
        due = true;
        wake();
    }

    private void wake() {
        if (wakeUps.getAndIncrement() > 0) {
            return;
        }
        int answered = 1;
        do {
            work();
            answered = wakeUps.addAndGet(-answered);
        } while (answered > 0);
    }

    private void work() {
        try {
            while (!completed && !cut && writable && out.isReady()) {
                if (!writeNext()) {
                    return;
                }
            }
        } catch (IOException e) {
            cut = true; // the client has gone
        }
        if (cut) {
            complete();
        }
    }

    /** Does the next thing that there is to do, and returns whether there was one. */
    private boolean writeNext() throws IOException {
        if (unflushed) {
            unflushed = false;
            out.flush();
        } else if (finished || sent >= last) {
            complete();
        } else if (ending) {
            finished = true;
            write("event: end\ndata: stopped after %d of %d\n\n".formatted(sent, last));
        } else if (due) {
            due = false;
            sent++;
            write("id: %1$d\ndata: %1$d\n\n".formatted(sent));
            streams.later(this::nextIsDue, gap);
        } else {
            return false;
        }
        return true;
    }

    private void write(String event) throws IOException {
        unflushed = true;
        out.write(event.getBytes(UTF_8));
    }

    private void complete() {
        if (completed) {
            return;
        }
        completed = true;
        try {
            async.complete();
        } catch (IllegalStateException e) {
            // The container was faster.
        }
    }
}
