package dev.quiesce.lifecycle;

import jdk.jfr.FlightRecorder;

/** What Java Flight Recorder is told about a step. Of no effect where the JVM has no recorder or it is not in use. */
interface StepTrace {

    /** Whether the run-time image has the recorder, which is a module of its own. */
    boolean AVAILABLE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    /** Begins the event of a step. Its class is not touched before the recorder is in use: to load one takes 100 ms and more. */
    static StepTrace begin(String component, Stage stage) {
        return AVAILABLE && FlightRecorder.isInitialized() ? StepEvent.begin(component, stage) : outcome -> {};
    }

    /** Ends the event with the outcome of the step. */
    void end(Outcome outcome);
}
