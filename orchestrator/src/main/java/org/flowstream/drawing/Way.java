package org.flowstream.drawing;

import java.util.Locale;

/** The path data of a connection, drawn from its output on (SVG 1.1, section 8.3). */
final class Way {
    private final StringBuilder data = new StringBuilder();
    private double x;
    private double y;

    Way(double x, double y) {
        this.x = x;
        this.y = y;
        data.append('M').append(number(x)).append(' ').append(number(y));
    }

    /** Level to there. */
    void across(double toX) {
        if (toX != x) {
            data.append(" H").append(number(toX));
            x = toX;
        }
    }

    /** To another column: level at both ends. */
    void curve(double toX, double toY) {
        if (toY == y) {
            across(toX);
            return;
        }
        double middle = (x + toX) / 2;
        bend(middle, y, middle, toY, toX, toY);
    }

    /** Round to another height of the same column, so far out. */
    void turn(double out, double toY) {
        if (toY != y) {
            bend(x + out, y, x + out, toY, x, toY);
        }
    }

    private void bend(double x1, double y1, double x2, double y2, double toX, double toY) {
        data.append(" C").append(number(x1)).append(' ').append(number(y1));
        data.append(' ').append(number(x2)).append(' ').append(number(y2));
        data.append(' ').append(number(toX)).append(' ').append(number(toY));
        x = toX;
        y = toY;
    }

    String data() {
        return data.toString();
    }

    /** With one digit behind the point at most. */
    static String number(double value) {
        long tenths = Math.round(value * 10);
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : String.format(Locale.ROOT, "%.1f", tenths / 10.0);
    }
}
