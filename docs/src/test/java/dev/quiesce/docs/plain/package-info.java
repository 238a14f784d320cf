/** A service on core alone. */
@NullMarked
package dev.quiesce.docs.plain;

import org.jspecify.annotations.NullMarked;
