/** What tests of the operator's tooling need of the machine. */
@NullMarked
package dev.quiesce.ops.testing;

import org.jspecify.annotations.NullMarked;
