/** What all commands have in common: how they answer, and how they fail. */
@NullMarked
package dev.quiesce.ops.cli;

import org.jspecify.annotations.NullMarked;
