@NullMarked
package dev.quiesce.realtime;

import org.jspecify.annotations.NullMarked;
