/** Blue/green deploys on one Docker host behind nginx: a new version beside the old one, routing that moves, proof that it has. */
@NullMarked
package dev.quiesce.ops.deploy;

import org.jspecify.annotations.NullMarked;
