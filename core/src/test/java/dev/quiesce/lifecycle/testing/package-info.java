/**
 * The test kit: a recorder for exact event logs, a manual clock, a harness for real processes and signals, and a proxy that
 * disturbs connections.
 */
@NullMarked
package dev.quiesce.lifecycle.testing;

import org.jspecify.annotations.NullMarked;
