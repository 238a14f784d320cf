/**
 * Endpoints that prove restarts: a client that knows what it was promised can tell afterwards whether anything was lost.
 * They hold threads, connections and sessions at the caller's wish and are not for production.
 */
@NullMarked
package dev.quiesce.web.drill;

import org.jspecify.annotations.NullMarked;
