/** Who holds the database, and how to end what the dead have left there. */
@NullMarked
package dev.quiesce.ops.connections;

import org.jspecify.annotations.NullMarked;
