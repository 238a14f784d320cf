/** Measures the core and holds the figures against bounds. */
@NullMarked
package dev.quiesce.benchmarks;

import org.jspecify.annotations.NullMarked;
