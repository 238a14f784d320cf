/** The Docker engine, asked by its command line. */
@NullMarked
package dev.quiesce.ops.docker;

import org.jspecify.annotations.NullMarked;
