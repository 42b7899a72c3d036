package org.flowstream.click;

import org.flowstream.problem.Place;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Telling;
import org.flowstream.problem.Telling.Stage;

/** Problems with the line that Click names for them: often that of the token which its lexer has just read. */
final class Told {
    private Told() {}

    /** A problem with {@code at} that Click sees when it has read {@code reader}. */
    static Problem reading(Place at, Place reader, String message) {
        return at.problem(message).withTelling(new Telling(Stage.READ, reader.position(), reader.offset()));
    }

    /** A problem with {@code at} that Click sees when it has read {@code reader}, but tells with a place of its own. */
    static Problem reading(Place at, Place reader, Position landmark, String message) {
        return at.problem(message).withTelling(new Telling(Stage.READ, landmark, reader.offset()));
    }

    /** A problem that shows when compound elements are put in place. */
    static Problem expanding(Place at, Position landmark, String message) {
        return at.problem(message).withTelling(new Telling(Stage.READ, landmark, Integer.MAX_VALUE));
    }
}
