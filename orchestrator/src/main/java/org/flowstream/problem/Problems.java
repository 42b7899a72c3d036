package org.flowstream.problem;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A collector of problems, so that the user sees all of them in one answer. Used by one thread at a time. */
public final class Problems {
    private final List<Problem> found = new ArrayList<>();

    public void add(Problem problem) {
        found.add(problem);
    }

    public void add(Position position, String message) {
        found.add(Problem.of(position, message));
    }

    public void addAll(Collection<Problem> problems) {
        found.addAll(problems);
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    public int count() {
        return found.size();
    }

    /** The problems in the order in which they were found. */
    public List<Problem> list() {
        return List.copyOf(found);
    }

    /** Ends a stage whose result is of no use when anything is wrong. */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new ProblemsException(list());
        }
    }
}
