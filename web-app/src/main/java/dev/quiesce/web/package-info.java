/**
 * HTTP on embedded Jetty, the management listener, and the wiring of a whole service.
 *
 * <p>{@link dev.quiesce.web.Main} is the sample service; {@link dev.quiesce.web.JettyContainer},
 * {@link dev.quiesce.web.HttpServer} and {@link dev.quiesce.web.ManagementServer} are the components that other services
 * on Jetty can take.
 */
@NullMarked
package dev.quiesce.web;

import org.jspecify.annotations.NullMarked;
