/** How long the CPU credit of a burstable host lasts. */
@NullMarked
package dev.quiesce.ops.burst;

import org.jspecify.annotations.NullMarked;
