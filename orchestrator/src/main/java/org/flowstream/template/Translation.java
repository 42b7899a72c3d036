package org.flowstream.template;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;

/**
 * What a flow looks like on each side of a middlebox that translates. Matches are written as in ovs-ofctl, with {@code
 * $name} for the value of a parameter.
 *
 * @param from the device that it enters by
 * @param match what it looks like there
 * @param to the device that it leaves by
 * @param becomes what it looks like then
 */
public record Translation(String from, String match, String to, String becomes) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-z][a-z0-9_]*)\\}?");

    /**
     * What enters by {@code from}, with these values of the template's parameters.
     *
     * @throws BadValueException when a name is no parameter's, or the text is no match then
     */
    public FlowMatch enters(Map<String, ParameterValue> values) {
        return FlowMatch.parse(filled(match, values));
    }

    /** What leaves by {@code to}. */
    public FlowMatch leaves(Map<String, ParameterValue> values) {
        return FlowMatch.parse(filled(becomes, values));
    }

    /** What comes back by {@code to}. */
    public FlowMatch returns(Map<String, ParameterValue> values) {
        return leaves(values).reversed();
    }

    /**
     * What a flow looks like behind the middlebox.
     *
     * @param entering the flow as it enters by {@code device}
     * @param device one of the two that this is about; by another one nothing is translated
     */
    public FlowMatch through(FlowMatch entering, String device, Map<String, ParameterValue> values) {
        if (device.equals(from)) {
            return new FlowTranslator(enters(values), leaves(values)).behind(entering);
        }
        return device.equals(to)
                ? new FlowTranslator(returns(values), enters(values).reversed()).behind(entering)
                : entering;
    }

    private static String filled(String text, Map<String, ParameterValue> values) {
        Matcher names = VARIABLE.matcher(text);
        return names.replaceAll(name -> Optional.ofNullable(values.get(name.group(1)))
                .map(value -> Matcher.quoteReplacement(value.shown()))
                .orElseThrow(() -> BadValueException.of("'" + name.group() + "': no such parameter")));
    }
}
