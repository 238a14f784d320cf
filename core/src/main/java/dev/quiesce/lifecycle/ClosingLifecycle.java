package dev.quiesce.lifecycle;

import java.util.concurrent.atomic.AtomicBoolean;

/** A component that does nothing but close a resource. Thread-safe: one thread closes it, others return at once. */
final class ClosingLifecycle implements Lifecycle {
    private final AutoCloseable resource;
    private final AtomicBoolean closed = new AtomicBoolean();

    ClosingLifecycle(AutoCloseable resource) {
        this.resource = resource;
    }

    @Override
    public void start() {
        // Usable since it exists.
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean done = false;
        try {
            resource.close();
            done = true;
        } finally {
            closed.set(done);
        }
    }
}
