/** What the handbook shows of sockets. */
@NullMarked
package dev.quiesce.realtime.samples;

import org.jspecify.annotations.NullMarked;
