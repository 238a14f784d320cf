package dev.quiesce.web.board;

/**
 * Takes the changes of the board, each as one JSON text, to those who watch it.
 *
 * <p>The texts are {@code {"type":"posted","offer":{...}}} and {@code {"type":"taken","id":7,"by":"anna"}}. Each is
 * handed over after its transaction has been committed. Two changes of different requests may arrive in any order, even
 * {@code taken} before {@code posted}.
 *
 * <p>Thread-safety: called by many threads at once.
 */
@FunctionalInterface
public interface OfferFeed {

    /**
     * Hands on one change. Must return at once; what it throws is logged and lost, for the change itself is done.
     *
     * @param json the change
     */
    void publish(String json);
}
