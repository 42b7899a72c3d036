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

    /** The text of an argument that is not repeated. */
    ConfigText text() {
        return items.get(0);
    }

    /** The same for one of several texts. */
    Given of(ConfigText text) {
        return new Given(List.of(text), argument, outputs, elementName, graph, library, devices, reporter);
    }

    /** Reports that the text is not what was expected. */
    void expected(String what) {
        ConfigText text = text();
        String hint = text.text().matches("(?s).*\\$[A-Za-z0-9_{].*") ? "; a variable in it is not defined" : "";
        reporter.report(text, argument.name() + ": '" + text.text() + "': expected " + what + hint);
    }
}
