/** Samples of the handbook that need more than {@code core}; tests serve with them. */
@NullMarked
package dev.quiesce.web.samples;

import org.jspecify.annotations.NullMarked;
