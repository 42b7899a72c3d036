package org.flowstream.image;

import java.util.List;
import java.util.Map;
import org.flowstream.template.Frame;
import org.flowstream.template.TemplateTest;

/**
 * A packet test that a machine of the image passes before traffic is steered to it, as the image carries it.
 *
 * @param name what it shows
 * @param sends the frames that arrive, in the order of the file
 * @param expected what must leave by each device, in order; a device that is not named sends nothing
 */
public record FunctionTest(String name, List<TemplateTest.Send> sends, Map<String, List<Frame>> expected) {
    public FunctionTest {
        sends = List.copyOf(sends);
        expected = Map.copyOf(expected);
    }

    /** The frames of a template's test; handlers and drops are looked at by {@code template test} alone. */
    static FunctionTest of(TemplateTest test) {
        return new FunctionTest(test.name(), test.sends(), test.expected());
    }
}
