/** Tests of the files beside the sources: image, compose, nginx, systemd and Jenkins, each on the real thing. */
@NullMarked
package dev.quiesce.ops.files;

import org.jspecify.annotations.NullMarked;
