package dev.quiesce.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** The figures as a table with a line each. */
record Table(List<Figure> figures) {
    private static final List<String> HEAD = List.of("part", "what", "figure", "bound", "verdict");
    private static final int FIRST_NUMBER = 2;
    private static final int LAST_NUMBER = 3;

    @Override
    public String toString() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        figures.forEach(figure -> rows.add(
                List.of(figure.part(), figure.what(), figure.valueText(), figure.boundText(), figure.verdict())));
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < HEAD.size(); column++) {
                line.append(cell(rows, column, row.get(column))).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String cell(List<List<String>> rows, int column, String text) {
        int width =
                rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
        String space = " ".repeat(width - text.length());
        return column >= FIRST_NUMBER && column <= LAST_NUMBER ? space + text : text + space;
    }
}
