package dev.quiesce.ops.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in aligned columns, two blanks apart: words to the left, figures to the right. Not thread-safe. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    /** Makes a table of the given headings. */
    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if it has not as many cells as there are headings
     */
    public Table row(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells under " + rows.get(0).size() + " headings");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Returns the table as lines of text. */
    @Override
    public String toString() {
        int columns = rows.get(0).size();
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                String cell = row.get(column);
                String padding = " ".repeat(width(column) - cell.length());
                line.append(isOfFigures(column) ? padding + cell : cell + padding)
                        .append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    /** Names may begin with a digit, and addresses look like two figures, so every cell has to be one; a dash stands for none. */
    private boolean isOfFigures(int column) {
        return rows.size() > 1
                && rows.stream()
                        .skip(1)
                        .allMatch(row -> row.get(column).matches("-|[-+]?\\d[\\d,]*(\\.\\d+)?( ?[%a-zA-Z]{0,3})?"));
    }
}
