/** A service whose components Guice creates and orders. */
@NullMarked
package dev.quiesce.docs.guice;

import org.jspecify.annotations.NullMarked;
