package org.flowstream.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of text in columns. A column whose title begins with {@code >} is set to the right, as numbers are. Columns are
 * two blanks apart; nothing is cut off.
 */
final class Table {
    private static final String GAP = "  ";
    private final List<String> titles;
    private final boolean[] right;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... titles) {
        this.right = new boolean[titles.length];
        this.titles = new ArrayList<>();
        for (int column = 0; column < titles.length; column++) {
            right[column] = titles[column].startsWith(">");
            this.titles.add(right[column] ? titles[column].substring(1) : titles[column]);
        }
    }

    /** Adds a row; it has one cell for each column. */
    Table row(String... cells) {
        if (cells.length != titles.size()) {
            throw new IllegalArgumentException("a row of " + cells.length + " cells in a table of " + titles.size());
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The table, each line ended; the titles are left out where all of them are empty. */
    String render() {
        int[] widths = new int[titles.size()];
        List<List<String>> lines = new ArrayList<>();
        if (titles.stream().anyMatch(title -> !title.isEmpty())) {
            lines.add(titles);
        }
        lines.addAll(rows);
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], length(line.get(column)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            text.append(render(line, widths)).append(System.lineSeparator());
        }
        return text.toString();
    }

    private String render(List<String> cells, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String blanks = " ".repeat(widths[column] - length(cell));
            text.append(column == 0 ? "" : GAP).append(right[column] ? blanks + cell : cell + blanks);
        }
        return text.toString().stripTrailing();
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    @Override
    public String toString() {
        return "Table[" + titles + ", " + rows.size() + " rows, right " + Arrays.toString(right) + "]";
    }
}
