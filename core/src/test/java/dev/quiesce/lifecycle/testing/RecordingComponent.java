package dev.quiesce.lifecycle.testing;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * A component that records its calls as {@code start x}, {@code quiesce x}, {@code drain x} and {@code stop x}, and does
 * what it is told in each. Set up before use, then safe for use by many threads.
 */
public final class RecordingComponent implements Lifecycle {

    /** One of the four calls. */
    public enum Call {
        START,
        QUIESCE,
        DRAIN,
        STOP
    }

    /** What a call does after it has been recorded. */
    public interface Action {
        void run(Deadline deadline) throws Exception;
    }

    private final String name;
    private final EventLog log;
    private final Map<Call, Action> actions = new EnumMap<>(Call.class);

    public RecordingComponent(String name, EventLog log) {
        this.name = name;
        this.log = log;
    }

    /** Sets what a call does; by default nothing. For start and quiesce the deadline has long passed. */
    public RecordingComponent on(Call call, Action action) {
        actions.put(call, action);
        return this;
    }

    @Override
    public void start() throws Exception {
        record(Call.START, Deadline.after(Duration.ZERO));
    }

    @Override
    public void quiesce() throws Exception {
        record(Call.QUIESCE, Deadline.after(Duration.ZERO));
    }

    @Override
    public void drain(Deadline deadline) throws Exception {
        record(Call.DRAIN, deadline);
    }

    @Override
    public void stop(Deadline deadline) throws Exception {
        record(Call.STOP, deadline);
    }

    private void record(Call call, Deadline deadline) throws Exception {
        log.add(call.name().toLowerCase(Locale.ROOT) + " " + name);
        Action action = actions.get(call);
        if (action != null) {
            action.run(deadline);
        }
    }
}
