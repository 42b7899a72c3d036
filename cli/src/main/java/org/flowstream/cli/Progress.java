package org.flowstream.cli;

import java.io.PrintWriter;
import java.time.Duration;

/**
 * The steps of a longer work, one line each as it ends: {@code  ✓ image  188 KiB   11 ms}. Where a person watches, the
 * step that is going on stands in the last line; elsewhere nothing moves and nothing is overwritten. It goes to the
 * standard error output, since the result alone belongs to the standard output.
 */
final class Progress implements AutoCloseable {
    private static final int NAME_WIDTH = 9;
    private static final int TEXT_WIDTH = 44;
    private static final String ERASE_LINE = "\r\u001b[K";
    private final PrintWriter err;
    private final boolean moving;
    private final boolean colour;
    private final boolean silent;
    private boolean open;

    private Progress(Terminal terminal, boolean silent) {
        this.err = terminal.err();
        this.moving = terminal.interactive() && !silent;
        this.colour = terminal.colour();
        this.silent = silent;
    }

    static Progress on(Terminal terminal) {
        return new Progress(terminal, false);
    }

    /** A progress that says nothing, for results in JSON. */
    static Progress silent(Terminal terminal) {
        return new Progress(terminal, true);
    }

    /** Says which step goes on. */
    void begin(String name, String text) {
        if (moving) {
            erase();
            err.print(" … " + pad(name, NAME_WIDTH) + " " + text);
            err.flush();
            open = true;
        }
    }

    /** Says that a step ended well. */
    void done(String name, String text, Duration took) {
        line("✓", "32", name, pad(text, TEXT_WIDTH) + " " + String.format("%8s", Quantities.took(took)));
    }

    /** Says that a step ended well, without a duration. */
    void done(String name, String text) {
        line("✓", "32", name, text);
    }

    /** Says that a step failed. */
    void failed(String name, String text) {
        line("✗", "31", name, text);
    }

    /** Takes away the moving line. */
    @Override
    public void close() {
        erase();
        err.flush();
    }

    private void line(String mark, String colourCode, String name, String text) {
        if (silent) {
            return;
        }
        erase();
        String shown = colour ? "\u001b[" + colourCode + "m" + mark + "\u001b[0m" : mark;
        err.println(" " + shown + " " + pad(name, NAME_WIDTH) + " " + text.stripTrailing());
        err.flush();
    }

    private void erase() {
        if (open) {
            err.print(ERASE_LINE);
            open = false;
        }
    }

    private static String pad(String text, int width) {
        int blanks = width - text.codePointCount(0, text.length());
        return blanks > 0 ? text + " ".repeat(blanks) : text;
    }
}
