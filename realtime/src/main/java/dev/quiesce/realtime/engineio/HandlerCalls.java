package dev.quiesce.realtime.engineio;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.util.thread.SerializedInvoker;

/** The calls of the handler for one socket, one at a time and in order. Safe for use by many threads. */
final class HandlerCalls {

    /** One of them. */
    interface Call {
        void make() throws Exception;
    }

    private final SerializedInvoker calls = new SerializedInvoker(EngineHandler.class);
    private final AtomicInteger receiving = new AtomicInteger();
    private volatile long idleSince = System.nanoTime();
    private final Executor executor;
    private final Work work;
    private final Consumer<Throwable> failed;

    HandlerCalls(Executor executor, Work work, Consumer<Throwable> failed) {
        this.executor = executor;
        this.work = work;
        this.failed = failed;
    }

    /** For how long nothing that has come from the client has been handled, or has waited for that. */
    long silentNanos() {
        return receiving.get() > 0 ? 0 : System.nanoTime() - idleSince;
    }

    /** Handles what has come from the client, in the calling thread if nothing else is being handled. */
    void receive(Runnable handling, Runnable done) {
        receiving.incrementAndGet();
        Runnable counted = work.begin();
        Runnable calling = calls.offer(() -> {
            try {
                handling.run();
            } finally {
                idleSince = System.nanoTime();
                receiving.decrementAndGet();
                counted.run();
                done.run();
            }
        });
        if (calling != null) {
            calling.run();
        }
    }

    /** Makes a call in turn, on a thread of the server's pool. */
    void later(Call call) {
        Runnable counted = work.begin();
        Runnable calling = calls.offer(() -> {
            try {
                make(call);
            } finally {
                counted.run();
            }
        });
        if (calling != null) {
            executor.execute(calling);
        }
    }

    /** Makes a call now, in a turn that the caller has. */
    void make(Call call) {
        try {
            call.make();
        } catch (Throwable failure) {
            failed.accept(failure);
        }
    }
}
