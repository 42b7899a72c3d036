package org.flowstream.problem;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.flowstream.problem.Telling.Stage;

/**
 * Problems as text for people, in Click's form: {@code FILE:LINE:COLUMN: While configuring 'NAME :: CLASS':} with the
 * message indented below it, or the message on the same line when there is no context. Problems are sorted by place.
 *
 * <p>{@link #plain} is for files and pipes, {@link #terminal} adds the source line with a caret, and {@link #click}
 * leaves the column out, which is Click's form to the letter.
 */
public final class ProblemText {
    private static final int TAB = 8;
    /** A longer line is shown in part. */
    private static final int WIDEST = 120;

    private static final String CUT = "...";

    private ProblemText() {}

    /** One problem, or several, each with its column. */
    public static String plain(List<Problem> problems) {
        return render(problems, false);
    }

    /** With columns, and below each message the source line and carets. */
    public static String terminal(List<Problem> problems) {
        return render(problems, true);
    }

    /**
     * As Click itself prints errors: those of the first stage that has any, and a last line when reading went well. Hints
     * are ours and left out.
     */
    public static String click(List<Problem> problems) {
        Stage stage = problems.stream()
                .map(it -> it.telling().stage())
                .min(Comparator.naturalOrder())
                .orElse(Stage.READ);
        StringBuilder out = new StringBuilder();
        String headerBefore = "";
        for (Problem problem : problems.stream()
                .filter(it -> it.telling().stage() == stage)
                .sorted(Comparator.comparingInt(it -> it.telling().order()))
                .toList()) {
            String landmark = problem.telling().landmark().landmark();
            String place = landmark.isEmpty() ? "" : landmark + ": ";
            if (problem.context().isEmpty()) {
                out.append(place).append(problem.message()).append('\n');
                out.append(problem.telling().notes());
                headerBefore = "";
                continue;
            }
            String header = place + problem.context() + ":\n";
            out.append(header.equals(headerBefore) ? "" : header);
            headerBefore = header;
            out.append("  ").append(problem.message().replace("\n", "\n  ")).append('\n');
        }
        return stage == Stage.READ ? out.toString() : out + "Router could not be initialized!\n";
    }

    /** {@code 1 problem. Nothing was created.}: the line below a list of problems. */
    public static String summary(int count) {
        return count + (count == 1 ? " problem" : " problems") + ". Nothing was created.";
    }

    private static String render(List<Problem> problems, boolean source) {
        StringBuilder out = new StringBuilder();
        String headerBefore = "";
        for (Problem problem : problems.stream()
                .sorted((a, b) -> a.position().compareTo(b.position()))
                .toList()) {
            String place = problem.position().toString();
            String message = problem.message() + (problem.hint().isEmpty() ? "" : " (" + problem.hint() + ")");
            if (problem.context().isEmpty()) {
                headerBefore = "";
                out.append(place)
                        .append(": ")
                        .append(message.replace("\n", "\n  "))
                        .append('\n');
            } else {
                String header = place + ": " + problem.context() + ":\n";
                if (!Objects.equals(header, headerBefore)) {
                    out.append(header);
                }
                headerBefore = header;
                out.append("  ").append(message.replace("\n", "\n  ")).append('\n');
            }
            if (source) {
                appendSource(out, problem);
            }
        }
        return out.toString();
    }

    private static void appendSource(StringBuilder out, Problem problem) {
        if (problem.sourceLine().isEmpty() || problem.position().column() == 0) {
            return;
        }
        String number = Integer.toString(problem.position().line());
        int before =
                Math.min(problem.position().column() - 1, problem.sourceLine().length());
        String line = expandTabs(problem.sourceLine());
        int at = expandTabs(problem.sourceLine().substring(0, before)).length();
        if (line.length() > WIDEST) {
            int from = Math.max(0, Math.min(at - WIDEST / 3, line.length() - WIDEST));
            int to = from + WIDEST;
            String end = to < line.length() ? CUT : "";
            String start = from > 0 ? CUT : "";
            line = start + line.substring(from, to) + end;
            at = at - from + start.length();
        }
        int length = Math.max(1, Math.min(problem.length(), line.length() - at));
        out.append("    ").append(number).append(" | ").append(line).append('\n');
        out.append("    ").append(" ".repeat(number.length())).append(" | ");
        out.append(" ".repeat(line.codePointCount(0, at)));
        out.append("^".repeat(length)).append('\n');
    }

    private static String expandTabs(String line) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\t') {
                out.append(" ".repeat(TAB - out.length() % TAB));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
