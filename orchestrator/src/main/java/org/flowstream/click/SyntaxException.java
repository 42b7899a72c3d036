package org.flowstream.click;

import org.flowstream.problem.Problem;

/** A statement cannot be read further. */
final class SyntaxException extends RuntimeException {
    private final transient Problem problem;

    SyntaxException(Problem problem) {
        super(problem.toString(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
