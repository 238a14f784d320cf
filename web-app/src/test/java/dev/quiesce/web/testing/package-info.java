/** What the tests of several packages use. */
@NullMarked
package dev.quiesce.web.testing;

import org.jspecify.annotations.NullMarked;
