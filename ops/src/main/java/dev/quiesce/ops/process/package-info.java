/** Other programs, run within a time. */
@NullMarked
package dev.quiesce.ops.process;

import org.jspecify.annotations.NullMarked;
