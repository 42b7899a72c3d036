package org.flowstream.cli;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Where a command's words go: its result to {@code out}, its progress and its errors to {@code err}.
 *
 * @param interactive whether a person watches both: then progress lines move, and colours may be used
 * @param colour whether colours are used
 * @param width columns of the screen
 */
record Terminal(PrintWriter out, PrintWriter err, boolean interactive, boolean colour, int width) {
    private static final int PLAIN_WIDTH = 120;
    private static final int LEAST_WIDTH = 60;

    /**
     * The terminal of this process. The launcher says by the property {@code flowstream.terminal} whether it is one:
     * the JVM cannot tell it of the output alone.
     */
    static Terminal ofProcess(PrintWriter out, PrintWriter err) {
        boolean interactive = "yes".equals(System.getProperty("flowstream.terminal"));
        Map<String, String> environment = System.getenv();
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean colour =
                interactive && !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(out, err, interactive && !dumb, colour, columns(environment));
    }

    /** A terminal that nobody watches: no movement, no colours. */
    static Terminal plain(PrintWriter out, PrintWriter err) {
        return new Terminal(out, err, false, false, PLAIN_WIDTH);
    }

    void flush() {
        out.flush();
        err.flush();
    }

    private static int columns(Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        return columns.matches("[0-9]{2,4}") ? Math.max(LEAST_WIDTH, Integer.parseInt(columns)) : PLAIN_WIDTH;
    }
}
