/** Details of core, each as a small test. */
@NullMarked
package dev.quiesce.docs.core;

import org.jspecify.annotations.NullMarked;
