/** The handbook, held against the samples that the build compiles and runs. */
@NullMarked
package dev.quiesce.docs;

import org.jspecify.annotations.NullMarked;
