/**
 * MariaDB for a service: connection pools that are warm before they are ready and drained before they are closed, and an
 * embedded server for development and tests.
 */
@NullMarked
package dev.quiesce.db;

import org.jspecify.annotations.NullMarked;
