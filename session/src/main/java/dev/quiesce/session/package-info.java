/**
 * HTTP session stores on Jetty's session manager that end with the service.
 *
 * <p>{@link dev.quiesce.session.MemorySessions} keeps sessions in memory and destroys them when it stops.
 * {@link dev.quiesce.session.DatabaseSessions} keeps them in a MariaDB, for all instances of a service and over restarts.
 */
@NullMarked
package dev.quiesce.session;

import org.jspecify.annotations.NullMarked;
