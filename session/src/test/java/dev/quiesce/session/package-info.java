@NullMarked
package dev.quiesce.session;

import org.jspecify.annotations.NullMarked;
