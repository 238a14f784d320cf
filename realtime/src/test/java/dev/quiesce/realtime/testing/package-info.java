/** What tries a Socket.IO server by clients that are not ours. */
@NullMarked
package dev.quiesce.realtime.testing;

import org.jspecify.annotations.NullMarked;
