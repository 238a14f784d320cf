package dev.quiesce.lifecycle;

import java.util.Locale;

/** The stages that a service passes through, in this order. Each is a barrier: all components are through it before the next begins. */
public enum Stage {
    /** Not started yet. */
    NEW,
    /** Components are starting, dependencies first. */
    STARTING,
    /** Everything has started; the service serves. The only stage in which it is ready. */
    READY,
    /** Asked to stop: no longer ready, so that balancers look elsewhere, but everything is still served. */
    LINGERING,
    /** Components refuse new work. */
    QUIESCING,
    /** Components finish the work that they have accepted, dependents first. */
    DRAINING,
    /** Components release their resources, dependents first. */
    STOPPING,
    /** Everything has stopped as it should. */
    STOPPED,
    /** Everything has been stopped, but a component failed or overran, or the start did not succeed. */
    FAILED;

    /** Returns what the stage is called in thread names and messages about its time. */
    String word() {
        if (this == STARTING) {
            return "start";
        }
        if (this == DRAINING) {
            return "drain";
        }
        return this == STOPPING ? "stop" : name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether the service has ended, well or not. */
    public boolean isTerminal() {
        return this == STOPPED || this == FAILED;
    }
}
