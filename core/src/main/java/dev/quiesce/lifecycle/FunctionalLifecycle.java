package dev.quiesce.lifecycle;

/** A component made of two functions. As thread-safe as they are. */
record FunctionalLifecycle(Start starter, Stop stopper) implements Lifecycle {

    @Override
    public void start() throws Exception {
        starter.start();
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        stopper.stop(deadline);
    }
}
