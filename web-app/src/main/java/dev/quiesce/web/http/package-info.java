/**
 * HTTP on embedded Jetty, as components that open and close without losing a request.
 *
 * <p>{@link dev.quiesce.web.http.HttpServer} serves on a {@link dev.quiesce.web.http.JettyContainer}, and accepts
 * connections where a {@link dev.quiesce.web.http.Listen} says. {@link dev.quiesce.web.http.ManagementServer} answers
 * operators and balancers from the first moment to the last. {@link dev.quiesce.web.http.LongRequests} tells long polls and
 * event streams when to end.
 */
@NullMarked
package dev.quiesce.web.http;

import org.jspecify.annotations.NullMarked;
