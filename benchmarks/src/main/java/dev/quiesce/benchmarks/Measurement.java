package dev.quiesce.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Measures some parts and holds the figures against their bounds.
 *
 * @param command the command by which it is asked for
 * @param parts what there is to measure
 */
public record Measurement(String command, List<Part> parts) {
    private static final String QUICK = "--quick";
    private static final String COUNTS = "--counts";

    /**
     * Measures the parts that the arguments name, or all of them, and returns whether every bound is kept. Ends the process with
     * 2 if a name is not known.
     *
     * @throws Exception if a part could not be measured
     */
    public boolean isWithinBounds(String[] arguments) throws Exception {
        Set<String> wanted = new LinkedHashSet<>(List.of(arguments));
        Effort effort = wanted.remove(QUICK) ? Effort.QUICK : Effort.FULL;
        boolean countsOnly = wanted.remove(COUNTS);
        List<String> names = parts.stream().map(Part::name).toList();
        if (!names.containsAll(wanted)) {
            System.err.println("Usage: ./dev " + command + " [--quick] [--counts] [NAME ...], with the names "
                    + String.join(", ", names));
            System.exit(2);
        }
        List<Figure> figures = new ArrayList<>();
        for (Part part : parts) {
            if (wanted.isEmpty() || wanted.contains(part.name())) {
                System.err.println("Measuring " + part.name());
                figures.addAll(part.measure(effort));
            }
        }
        if (countsOnly) {
            figures.replaceAll(Figure::withoutBoundOfTime);
        }
        System.out.println("Java " + Runtime.version() + ", processors: "
                + Runtime.getRuntime().availableProcessors());
        System.out.print(new Table(figures));
        return figures.stream().allMatch(Figure::isWithinBound);
    }
}
