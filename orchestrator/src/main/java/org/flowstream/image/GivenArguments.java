package org.flowstream.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementClass.Argument;
import org.flowstream.element.ElementClass.Kind;

/** Which of an element's arguments is which: by place, or by keyword. What fits nowhere is the compiler's to report. */
final class GivenArguments {
    private final ElementClass type;
    private final List<Integer> positional = new ArrayList<>();
    private final Map<String, Integer> keywords = new HashMap<>();
    private final List<ConfigText> texts;

    GivenArguments(GraphElement element, ElementClass type) {
        this.type = type;
        this.texts = element.arguments();
        for (int i = 0; i < texts.size(); i++) {
            List<ConfigText> words = ConfigStrings.words(texts.get(i));
            String first = words.isEmpty() ? "" : words.get(0).text();
            boolean keyword = words.size() > 1
                    && type.args().stream().anyMatch(it -> it.name().equals(first));
            if (keyword) {
                keywords.put(first, i);
            } else {
                positional.add(i);
            }
        }
    }

    /** The text that is given for one of the class's arguments, without its keyword; of a repeated one, none. */
    Optional<ConfigText> of(Argument argument) {
        Integer byKeyword = keywords.get(argument.name());
        if (byKeyword != null) {
            ConfigText text = texts.get(byKeyword);
            int from = text.text().indexOf(argument.name()) + argument.name().length();
            return Optional.of(text.substring(from, text.length()).trim());
        }
        int place = type.args().indexOf(argument);
        boolean byPlace = argument.kind() == Kind.POSITIONAL || argument.kind() == Kind.OPTIONAL;
        return byPlace && place < positional.size()
                ? Optional.of(texts.get(positional.get(place)).trim())
                : Optional.empty();
    }
}
