package org.flowstream.click;

import java.util.List;
import org.flowstream.problem.SourceText;

/**
 * The syntax tree of a Click configuration.
 *
 * @param source the text that it was read from
 * @param statements its statements in order
 * @param whole whether no statement had to be left out
 */
public record Configuration(SourceText source, List<Statement> statements, boolean whole) {
    public Configuration {
        statements = List.copyOf(statements);
    }
}
