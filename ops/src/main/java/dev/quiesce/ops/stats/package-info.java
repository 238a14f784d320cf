/** What {@code docker stats} says, live or saved. */
@NullMarked
package dev.quiesce.ops.stats;

import org.jspecify.annotations.NullMarked;
