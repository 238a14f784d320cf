/** Whether the time budgets of all that surrounds a service fit together. */
@NullMarked
package dev.quiesce.ops.lint;

import org.jspecify.annotations.NullMarked;
