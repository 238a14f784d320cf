/**
 * The wiring of a whole service on Guice: {@link dev.quiesce.web.Main} is the sample. What it wires is in the packages below,
 * of which {@link dev.quiesce.web.http} is what other services on Jetty can take.
 */
@NullMarked
package dev.quiesce.web;

import org.jspecify.annotations.NullMarked;
