package dev.quiesce.lifecycle;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * What a component does when its service starts and stops.
 *
 * <p>A component does not know its position: its name and its dependencies belong to its registration in a
 * {@link ComponentGraph}. The {@link Coordinator} calls {@code start} once, after the components it depends on have
 * started, and later takes the whole service through stages, each a barrier: after a time to linger <em>every</em> component has
 * quiesced before any drains, and every component has drained, or used up its time, before any is stopped. So a
 * request in flight can still use everything that it needs.
 *
 * <p>Thread-safety: the coordinator calls each method on a thread of its own and one at a time, with one exception:
 * after a call has overrun its time it is interrupted and abandoned, and {@code stop} may then be called while the
 * abandoned call still runs. Implementations must therefore tolerate a concurrent {@code stop}.
 */
public interface Lifecycle {

    /**
     * Starts the component. It is usable when this method returns.
     *
     * <p>Interrupted when the service is asked to stop meanwhile; it should then end promptly.
     *
     * @throws Exception if the component cannot start; the start of the service fails and what has started is stopped.
     *     {@link #stop} is called on this component too, so that what it had half opened is released
     */
    void start() throws Exception;

    /**
     * Goes on serving, although the service is no longer ready, until those who send work are seen to have gone elsewhere.
     * Returns at once by default.
     *
     * <p>Called before {@link #quiesce}, if the budgets have time to linger. That time ends as soon as every component that
     * has its own version of this method has returned from it; if there is none, it is used up, since nobody looks.
     * Interrupted when the operator hurries the shutdown.
     *
     * @param deadline the point by which this method should have returned, whether they have gone or not
     * @throws Exception if it cannot be told whether they have gone; the shutdown goes on and reports it
     */
    default void linger(Deadline deadline) throws Exception {}

    /**
     * Refuses new work from outside and returns at once. What has been accepted goes on. Does nothing by default.
     *
     * @throws Exception if new work cannot be refused; the shutdown goes on and reports it
     */
    default void quiesce() throws Exception {}

    /**
     * Waits until accepted work has finished, at most until the deadline. Returns at once by default.
     *
     * <p>Interrupted when the deadline has passed or the operator hurries the shutdown.
     *
     * @param deadline the point by which this method should have returned
     * @throws Exception if work was lost, for example because it had not ended by the deadline; the shutdown goes on and
     *     reports it
     */
    default void drain(Deadline deadline) throws Exception {}

    /**
     * Releases everything. Safe to call in any state: before and during {@code start}, after a failed start, and again.
     *
     * @param deadline the point by which this method should have returned; it is interrupted and abandoned there
     * @throws Exception if something could not be released; the shutdown goes on and reports it
     */
    void stop(Deadline deadline) throws Exception;

    /**
     * Returns how much accepted work has not finished, for reports: requests, borrowed connections, messages being handled.
     * Empty by default, which means that this component does not count.
     *
     * <p>Asked before and after each of the other calls but {@code start}, and once more when a call is left behind. Returns
     * at once; a component that takes longer than 100 ms is not asked again.
     */
    default OptionalLong inFlight() {
        return OptionalLong.empty();
    }

    /**
     * Returns a component made of two functions, for what needs no class.
     *
     * @param start what starts it
     * @param stop what stops it; called once after each call of {@code start}, also if that failed
     */
    static Lifecycle of(Start start, Stop stop) {
        return new FunctionalLifecycle(requireNonNull(start, "start"), requireNonNull(stop, "stop"));
    }

    /**
     * Returns a component for something that is usable as soon as it exists, and is closed when the component stops. It is
     * closed once, however often the component is stopped, unless closing fails: then the next stop tries again.
     *
     * @param resource what to close
     */
    static Lifecycle closing(AutoCloseable resource) {
        return FunctionalLifecycle.closing(requireNonNull(resource, "resource"));
    }

    /** Starts something; see {@link Lifecycle#start}. */
    @FunctionalInterface
    interface Start {
        void start() throws Exception;
    }

    /** Stops something; see {@link Lifecycle#stop}. */
    @FunctionalInterface
    interface Stop {
        void stop(Deadline deadline) throws Exception;
    }
}
