package dev.quiesce.lifecycle;

/** How one step of one component has ended. */
public enum Outcome {
    /** It returned in time. */
    COMPLETED("completed", true),
    /** It threw. */
    FAILED("failed", false),
    /** It had not returned at the end of its time, was interrupted and left behind. */
    OVERRAN("overran", false),
    /** It was interrupted before the end of its time because the service was asked to stop, or to hurry. */
    CUT("was cut", true),
    /** It was not called, because what it should follow did not happen or the service was asked to stop or hurry first. */
    SKIPPED("was skipped", true),
    /** It had not ended when the report was made. A final report has no such step. */
    RUNNING("has not ended", false);

    private final String verb;
    private final boolean clean;

    Outcome(String verb, boolean clean) {
        this.verb = verb;
        this.clean = clean;
    }

    /** Returns what a step did, as a sentence says it. */
    String verb() {
        return verb;
    }

    /** Returns whether this outcome leaves the component blameless. */
    public boolean isClean() {
        return clean;
    }
}
