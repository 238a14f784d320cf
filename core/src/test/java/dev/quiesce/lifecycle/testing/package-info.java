/** The test kit: a recorder for exact event logs, a manual clock, and a harness for real processes and signals. */
@NullMarked
package dev.quiesce.lifecycle.testing;

import org.jspecify.annotations.NullMarked;
