/**
 * The sample application: a board on which players of a game trade items.
 *
 * <p>Install {@link dev.quiesce.web.board.BoardModule}, mount its routes, and carry what it hands to its
 * {@link dev.quiesce.web.board.OfferFeed} to the sockets of the page. Signing in asks for a name and for no proof: this
 * is a sample.
 */
@NullMarked
package dev.quiesce.web.board;

import org.jspecify.annotations.NullMarked;
