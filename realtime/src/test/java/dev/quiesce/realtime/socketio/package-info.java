@NullMarked
package dev.quiesce.realtime.socketio;

import org.jspecify.annotations.NullMarked;
