package dev.quiesce.lifecycle;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The flight recorder's event of one step. Confined to the thread that runs the stage. */
@Name("dev.quiesce.Step")
@Label("Lifecycle Step")
@Description("One call of a component while its service starts or stops")
@Category("Quiesce")
@StackTrace(false)
final class StepEvent extends Event implements StepTrace {
    @Label("Component")
    String component;

    @Label("Stage")
    String stage;

    @Label("Outcome")
    String outcome = "";

    private StepEvent(String component, Stage stage) {
        this.component = component;
        this.stage = stage.name();
    }

    static StepTrace begin(String component, Stage stage) {
        StepEvent event = new StepEvent(component, stage);
        event.begin();
        return event;
    }

    @Override
    public void end(Outcome ended) {
        outcome = ended.name();
        commit();
    }
}
