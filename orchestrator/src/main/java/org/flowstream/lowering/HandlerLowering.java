package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;

/** {@code handler}: {@code ELEMENT.HANDLER}, or the name of a global handler. */
record HandlerLowering() implements Lowering {
    /** The handlers that every element has (docs/contracts.md, section 5). */
    private static final List<String> COMMON = List.of("name", "class", "config", "ports", "handlers", "drops");

    @Override
    public String type() {
        return "handler";
    }

    @Override
    public Optional<Value> lower(Given given) {
        ConfigText text = ConfigStrings.unquote(given.text());
        int dot = text.text().lastIndexOf('.');
        if (dot >= 0) {
            String name = text.text().substring(0, dot);
            Optional<GraphElement> element = ElementNames.find(given, name);
            if (element.isEmpty()) {
                given.reporter().report(text, 0, dot, given.argument().name() + ": no element '" + name + "'");
                return Optional.empty();
            }
            String handler = text.text().substring(dot + 1);
            List<String> known = new ArrayList<>(COMMON);
            given.library()
                    .find(element.get().className())
                    .ifPresent(it -> it.handlers().stream()
                            .map(ElementClass.Handler::name)
                            .forEach(known::add));
            if (!known.contains(handler)) {
                given.reporter()
                        .reportUnknown(
                                text,
                                dot + 1,
                                text.length(),
                                given.argument().name() + ": '" + name + "' has no handler '" + handler + "'",
                                known);
                return Optional.empty();
            }
        }
        return Optional.of(Value.text(text.text()));
    }
}
