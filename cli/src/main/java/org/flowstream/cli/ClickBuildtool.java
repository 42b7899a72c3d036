package org.flowstream.cli;

import java.util.List;
import java.util.Set;
import org.flowstream.click.Features;
import org.flowstream.element.ElementLibrary;

/**
 * What Click's test runner asks {@code click-buildtool}: whether element classes and features are there. The rest of that
 * program builds kernels' modules and packages, which there are none of.
 */
final class ClickBuildtool {
    static final String NAME = "click-buildtool";
    private static final String PROVIDES = "provides";

    private ClickBuildtool() {}

    /** Answers 0 when all that is named behind {@code provides} is there, 1 when not, 2 when it was called otherwise. */
    static int run(Terminal terminal, List<String> words) {
        if (words.isEmpty() || !words.get(0).equals(PROVIDES)) {
            terminal.err()
                    .println("click-buildtool: only 'provides NAME...' is supported"
                            + (words.isEmpty() ? "" : ", not '" + words.get(0) + "'"));
            return 2;
        }
        Set<String> classes = ElementLibrary.load().classNames();
        return words.stream().skip(1).allMatch(name -> classes.contains(name) || Features.provided(name)) ? 0 : 1;
    }
}
