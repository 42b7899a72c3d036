package org.flowstream.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A terminal that keeps what is written to it. */
final class Screen {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Terminal terminal;

    private Screen(boolean interactive) {
        terminal = new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), interactive, false, 100);
    }

    static Screen plain() {
        return new Screen(false);
    }

    static Screen watched() {
        return new Screen(true);
    }

    Terminal terminal() {
        return terminal;
    }

    /** Runs a command on it and answers its exit status. */
    int run(String... args) {
        return Main.run(terminal, args);
    }

    String out() {
        terminal.flush();
        return out.toString();
    }

    String err() {
        terminal.flush();
        return err.toString();
    }
}
