package dev.quiesce.lifecycle;

/**
 * The time of a stage that its steps share.
 *
 * @param shares how they share it
 * @param stageEnd the point on the clock at which it is over
 */
record StageTime(Shares shares, long stageEnd) {

    /** Returns by when the step of a component has to end that begins now. */
    long end(String component, long now) {
        return shares.end(component, now, stageEnd);
    }

    /** Returns the nanoseconds that are left, less what is held back for steps that come one after the other. */
    long withoutHeldBack(long now) {
        return Math.max(0, stageEnd - now - shares.heldBack());
    }
}
