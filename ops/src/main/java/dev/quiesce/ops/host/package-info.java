/** The machine that the containers share: its memory, its CPUs and its burst credit. */
@NullMarked
package dev.quiesce.ops.host;

import org.jspecify.annotations.NullMarked;
