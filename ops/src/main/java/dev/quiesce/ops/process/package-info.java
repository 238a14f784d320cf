/** Other programs, run within a time, and their command lines. */
@NullMarked
package dev.quiesce.ops.process;

import org.jspecify.annotations.NullMarked;
