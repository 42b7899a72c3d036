package org.flowstream.doctor;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What would help, and what else it does.
 *
 * @param commands programs to run in order, each by its arguments; empty when only the user can do it
 * @param advice what to do, in words, where there are no commands
 * @param effect what changes on the host besides, and for how long
 */
public record Cure(List<List<String>> commands, String advice, String effect) {
    public Cure {
        commands = commands.stream().map(List::copyOf).toList();
    }

    public static Cure commands(String effect, List<List<String>> commands) {
        return new Cure(commands, "", effect);
    }

    public static Cure advice(String advice, String effect) {
        return new Cure(List.of(), advice, effect);
    }

    /** Whether `doctor --fix` can do it. */
    public boolean automatic() {
        return !commands.isEmpty();
    }

    /** What to type, or what to do. */
    public String text() {
        return automatic()
                ? commands.stream().map(argv -> String.join(" ", argv)).collect(Collectors.joining(" && "))
                : advice;
    }
}
