package org.flowstream.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The whole of a terminal as a picture that is painted over again: its other screen, so that what was there comes back.
 * Keys come as they are pressed, by {@code stty}; without it, pictures are shown all the same.
 */
final class TopScreen implements AutoCloseable {
    private static final String OPEN = "\u001b[?1049h\u001b[?25l";
    private static final String CLOSE = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";

    private final PrintWriter out;
    private final Optional<String> settings;
    private final Thread restore = new Thread(this::restore, "screen");

    /** @param keys whether the terminal is this process's own, and its keys are wanted */
    TopScreen(PrintWriter out, boolean keys) {
        this.out = out;
        this.settings = keys ? stty("-g") : Optional.empty();
        settings.ifPresent(known -> stty("-icanon", "-echo", "min", "0", "time", "0"));
        Runtime.getRuntime().addShutdownHook(restore);
        out.print(OPEN);
        out.flush();
    }

    /** Rows and columns of the terminal, or those of an ordinary one. */
    int[] size() {
        Optional<String> said = settings.isPresent() ? stty("size") : Optional.empty();
        return said.filter(text -> text.matches("[1-9][0-9]{0,4} [1-9][0-9]{0,4}"))
                .map(text -> new int[] {
                    Integer.parseInt(text.substring(0, text.indexOf(' '))),
                    Integer.parseInt(text.substring(text.indexOf(' ') + 1))
                })
                .orElse(new int[] {24, 120});
    }

    /** Paints lines over what is there; what does not fit is left out. */
    void paint(List<String> lines, int rows, int columns) {
        StringBuilder picture = new StringBuilder(HOME);
        List<String> shown = lines.subList(0, Math.min(rows, lines.size()));
        for (int row = 0; row < shown.size(); row++) {
            String line = shown.get(row);
            int length = line.codePointCount(0, line.length());
            picture.append(length > columns ? line.substring(0, line.offsetByCodePoints(0, columns)) : line)
                    .append(REST_OF_LINE);
            if (row < shown.size() - 1) {
                picture.append("\r\n");
            }
        }
        out.print(picture.append(REST_OF_SCREEN));
        out.flush();
    }

    private static Optional<String> stty(String... arguments) {
        List<String> argv = new ArrayList<>(List.of("stty"));
        argv.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(argv)
                    .redirectInput(Path.of("/dev/tty").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor(1, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(said)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // no stty, or no terminal: pictures are shown without keys
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void restore() {
        settings.ifPresent(TopScreen::stty);
        out.print(CLOSE);
        out.flush();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(restore);
        } catch (IllegalStateException e) {
            return; // the process ends by a signal: the hook restores the terminal
        }
        restore();
    }
}
