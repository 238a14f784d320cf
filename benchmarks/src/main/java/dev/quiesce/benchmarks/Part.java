package dev.quiesce.benchmarks;

import java.util.List;

/** One thing that is measured. */
public interface Part {

    /** Returns the name by which it is chosen. */
    String name();

    /**
     * Measures it.
     *
     * @throws Exception if the service that is measured did not do what it should, so that there is nothing to measure
     */
    List<Figure> measure(Effort effort) throws Exception;
}
