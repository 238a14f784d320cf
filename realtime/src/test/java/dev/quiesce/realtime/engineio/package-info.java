@NullMarked
package dev.quiesce.realtime.engineio;

import org.jspecify.annotations.NullMarked;
