/**
 * The configuration of the sample service: read from a properties file, the environment and the command line, checked
 * whole, and handed over as an immutable {@link dev.quiesce.web.config.ServiceConfig}.
 */
@NullMarked
package dev.quiesce.web.config;

import org.jspecify.annotations.NullMarked;
