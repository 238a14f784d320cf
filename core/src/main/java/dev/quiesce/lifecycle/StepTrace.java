package dev.quiesce.lifecycle;

/** What Java Flight Recorder is told about a step. Of no effect where the JVM has no recorder or it is not in use. */
interface StepTrace {

    /** Whether the run-time image has the recorder, which is a module of its own. */
    boolean AVAILABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    /** Begins the event of a step. */
    static StepTrace begin(String component, Stage stage) {
        return AVAILABLE ? StepEvent.begin(component, stage) : outcome -> {};
    }

    /** Ends the event with the outcome of the step. */
    void end(Outcome outcome);
}
