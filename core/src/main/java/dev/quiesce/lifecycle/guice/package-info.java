/**
 * Registers components by Guice and reads their dependencies from the injection graph: a component whose constructor takes
 * the pool, or anything that takes the pool, depends on the pool.
 */
@NullMarked
package dev.quiesce.lifecycle.guice;

import org.jspecify.annotations.NullMarked;
