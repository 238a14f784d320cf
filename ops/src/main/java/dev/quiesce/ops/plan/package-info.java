/** Limits that keep the host alive. */
@NullMarked
package dev.quiesce.ops.plan;

import org.jspecify.annotations.NullMarked;
