package dev.quiesce.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * The order in which operators expect to see components stop, as a wish: it orders what the dependencies leave free, and
 * yields wherever a dependency demands otherwise. The {@link ComponentGraph} says where it yielded.
 *
 * <pre>{@code
 * StopSequence.first("http").then("pool d4", "pool main").then("sockets").then("sessions")
 * }</pre>
 *
 * <p>Immutable.
 */
public final class StopSequence {
    private final List<List<String>> steps;

    private StopSequence(List<List<String>> steps) {
        this.steps = steps;
    }

    /** Returns the sequence in which the given components stop first, side by side. */
    public static StopSequence first(String... components) {
        return new StopSequence(List.of(List.of(components)));
    }

    /** Returns this sequence, followed by the given components, which stop side by side. */
    public StopSequence then(String... components) {
        List<List<String>> longer = new ArrayList<>(steps);
        longer.add(List.of(components));
        return new StopSequence(List.copyOf(longer));
    }

    List<List<String>> steps() {
        return steps;
    }

    /** Returns the sequence as text, for example {@code http → pool d4, pool main → sessions}. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(" → ");
        for (List<String> step : steps) {
            text.add(String.join(", ", step));
        }
        return text.toString();
    }
}
