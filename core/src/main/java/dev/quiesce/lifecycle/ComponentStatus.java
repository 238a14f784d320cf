package dev.quiesce.lifecycle;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a component stands at the moment.
 *
 * @param name the component's name
 * @param dependencies the names of the components that it depends on directly
 * @param lastStep the last step that it has ended, or null if it has ended none
 */
public record ComponentStatus(String name, Set<String> dependencies, Report.@Nullable Step lastStep) {

    /** Makes the dependencies immutable. */
    public ComponentStatus {
        dependencies = Set.copyOf(dependencies);
    }
}
