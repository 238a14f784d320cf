package dev.quiesce.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Measures the parts that the arguments name, or all of them, and exits with 1 if a bound is missed. */
final class Main {
    private static final String QUICK = "--quick";

    private Main() {}

    public static void main(String[] args) throws Exception {
        Set<String> wanted = new LinkedHashSet<>(List.of(args));
        Effort effort = wanted.remove(QUICK) ? Effort.QUICK : Effort.FULL;
        List<Part> parts = List.of(new Makespan(), new NoOp(), new Guard(), new Exit());
        List<String> names = parts.stream().map(Part::name).toList();
        if (!names.containsAll(wanted)) {
            System.err.println("Usage: ./dev bench [--quick] [NAME ...], with the names " + String.join(", ", names));
            System.exit(2);
        }
        List<Figure> figures = new ArrayList<>();
        for (Part part : parts) {
            if (wanted.isEmpty() || wanted.contains(part.name())) {
                System.err.println("Measuring " + part.name());
                figures.addAll(part.measure(effort));
            }
        }
        System.out.println("Java " + Runtime.version() + ", processors: "
                + Runtime.getRuntime().availableProcessors());
        System.out.print(new Table(figures));
        System.exit(figures.stream().allMatch(Figure::isWithinBound) ? 0 : 1);
    }
}
