package org.flowstream.click;

import java.util.List;
import org.flowstream.problem.SourceText;

/**
 * The syntax tree of a Click configuration.
 *
 * @param source the text that it was read from
 * @param statements its statements in order
 */
public record Configuration(SourceText source, List<Statement> statements) {
    public Configuration {
        statements = List.copyOf(statements);
    }
}
