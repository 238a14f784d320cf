/** The operator's command line. */
@NullMarked
package dev.quiesce.ops;

import org.jspecify.annotations.NullMarked;
