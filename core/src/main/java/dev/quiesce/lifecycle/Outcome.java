package dev.quiesce.lifecycle;

/** How one step of one component has ended. */
public enum Outcome {
    /** It returned in time. */
    COMPLETED(true),
    /** It threw. */
    FAILED(false),
    /** It had not returned at the end of its time, was interrupted and left behind. */
    OVERRAN(false),
    /** It was interrupted before the end of its time because the service was asked to stop, or to hurry. */
    CUT(true),
    /** It was not called, because what it should follow did not happen or the service was asked to stop or hurry first. */
    SKIPPED(true),
    /** It had not ended when the report was made. A final report has no such step. */
    RUNNING(false);

    private final boolean clean;

    Outcome(boolean clean) {
        this.clean = clean;
    }

    /** Returns whether this outcome leaves the component blameless. */
    public boolean isClean() {
        return clean;
    }
}
