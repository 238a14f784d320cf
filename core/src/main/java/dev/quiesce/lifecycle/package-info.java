/**
 * Starts the components of a service in order and stops them without losing what they have accepted.
 *
 * <p>Implement {@link dev.quiesce.lifecycle.Lifecycle}, register the components and their dependencies with a
 * {@link dev.quiesce.lifecycle.ComponentGraph}, and hand the graph to a {@link dev.quiesce.lifecycle.Coordinator}.
 * {@link dev.quiesce.lifecycle.ProcessHost} runs a coordinator as a whole process: signals, exit code and all.
 */
@NullMarked
package dev.quiesce.lifecycle;

import org.jspecify.annotations.NullMarked;
