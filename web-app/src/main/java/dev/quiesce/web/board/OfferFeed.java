package dev.quiesce.web.board;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Takes the changes of the board to those who watch it.
 *
 * <p>They are {@code posted} with the offer, and {@code taken} with {@code {"id":7,"by":"anna"}}. Each is handed over after its
 * transaction has been committed. Two changes of different requests may arrive in any order, even {@code taken} before
 * {@code posted}.
 *
 * <p>Thread-safety: called by many threads at once.
 */
@FunctionalInterface
public interface OfferFeed {

    /**
     * Hands on one change. Returns at once; what it throws is logged and lost, for the change itself is done.
     *
     * @param event what has happened
     * @param change a record to be written as JSON
     * @return completed once nobody who watches can miss the change any more, whatever becomes of this process
     */
    CompletionStage<@Nullable Void> publish(String event, Object change);
}
