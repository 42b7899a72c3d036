package org.flowstream.lowering;

import java.util.List;
import org.flowstream.click.ConfigText;
import org.flowstream.click.Graph;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;

/**
 * What the user gave for one argument, and what it may refer to.
 *
 * @param items the texts, still quoted: one, or any number for a repeated argument
 * @param argument how the class declares it
 * @param outputs how many outputs the element has; the most there can be, when that cannot be told
 * @param elementName the element's name, by which other names are relative
 * @param graph all elements
 * @param library their classes
 * @param devices the devices that there are
 * @param reporter where what is wrong is told
 */
record Given(
        List<ConfigText> items,
        ElementClass.Argument argument,
        int outputs,
        String elementName,
        Graph graph,
        ElementLibrary library,
        Devices devices,
        Reporter reporter) {
    Given {
        items = List.copyOf(items);
    }

    private static final int LONGEST_SHOWN = 60;

    /** The text of an argument that is not repeated. */
    ConfigText text() {
        return items.get(0);
    }

    /** The same for one of several texts. */
    Given of(ConfigText text) {
        return new Given(List.of(text), argument, outputs, elementName, graph, library, devices, reporter);
    }

    /** Reports, in Click's words, that the text is not what was expected. */
    void expected(String what) {
        refuse("parse error", found() + ", expected " + what);
    }

    /** {@code found 'TEXT'}, for hints; of a long text its beginning. */
    String found() {
        String line = text().text().lines().findFirst().orElse("");
        boolean whole = line.length() == text().length() && line.length() <= LONGEST_SHOWN;
        return "found '" + (whole ? line : line.substring(0, Math.min(line.length(), LONGEST_SHOWN)) + "...") + "'";
    }

    /**
     * Reports that the text cannot be used.
     *
     * @param why Click's words for it
     * @param hint ours
     */
    void refuse(String why, String hint) {
        boolean open = text().text().matches("(?s).*\\$[A-Za-z0-9_{].*");
        reporter.reportHinted(
                text(), argument.name() + ": " + why, hint + (open ? "; a variable in it is not defined" : ""));
    }
}
