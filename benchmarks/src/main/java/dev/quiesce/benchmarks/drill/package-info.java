/** Stops the sample service under load and while things fail, and holds what is lost against bounds. */
@NullMarked
package dev.quiesce.benchmarks.drill;

import org.jspecify.annotations.NullMarked;
