/** A Spring Boot application as one component. */
@NullMarked
package dev.quiesce.docs.spring;

import org.jspecify.annotations.NullMarked;
