package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.time.Duration;
import java.util.List;

/**
 * Is told what happens to a service.
 *
 * <p>A listener is called on a thread of its own, one call at a time, in the order in which things happened. So it cannot
 * disturb the service: if it throws, that is logged, and if it blocks, it alone is late. Before a shutdown ends, listeners
 * get a moment to take in what they have not been told yet, a fraction of a second.
 */
public interface LifecycleListener {

    /** The service has entered a stage. */
    default void entered(Stage stage) throws Exception {}

    /** A component begins a step. */
    default void began(String component, Stage stage) throws Exception {}

    /** A step has ended, or has been left behind. */
    default void ended(Step step) throws Exception {}

    /**
     * A stage has to wait for components, told once a second.
     *
     * @param stage the stage
     * @param components those that it waits for, the longest first
     * @param left the time until the last of them is left behind
     */
    default void waiting(Stage stage, List<String> components, Duration left) throws Exception {}

    /** The service is ready. */
    default void started(Report report) throws Exception {}

    /** The service has ended, or its start has failed and has been rolled back. */
    default void ended(Report report) throws Exception {}
}
