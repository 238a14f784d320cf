package dev.quiesce.lifecycle;

import java.util.concurrent.atomic.AtomicBoolean;

/** A component made of two functions. As thread-safe as they are. */
final class FunctionalLifecycle implements Lifecycle {
    private final Start starter;
    private final Stop stopper;

    FunctionalLifecycle(Start starter, Stop stopper) {
        this.starter = starter;
        this.stopper = stopper;
    }

    /** Returns one that does nothing but close a resource. Thread-safe: one thread closes it, others return at once. */
    static Lifecycle closing(AutoCloseable resource) {
        AtomicBoolean closed = new AtomicBoolean();
        return new FunctionalLifecycle(() -> {}, deadline -> {
            if (closed.compareAndSet(false, true)) {
                try {
                    resource.close();
                } catch (Throwable e) {
                    closed.set(false);
                    throw e;
                }
            }
        });
    }

    @Override
    public void start() throws Exception {
        starter.start();
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        stopper.stop(deadline);
    }
}
