package dev.quiesce.lifecycle;

/** A component made of two functions. As thread-safe as they are. */
final class FunctionalLifecycle implements Lifecycle {
    private final Start starter;
    private final Stop stopper;

    FunctionalLifecycle(Start starter, Stop stopper) {
        this.starter = starter;
        this.stopper = stopper;
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
