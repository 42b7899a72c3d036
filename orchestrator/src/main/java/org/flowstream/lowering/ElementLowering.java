package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;

/** {@code element}: the name of an element that there is. */
record ElementLowering() implements Lowering {
    @Override
    public String type() {
        return "element";
    }

    @Override
    public Optional<Value> lower(Given given) {
        ConfigText name = ConfigStrings.unquote(given.text());
        if (ElementNames.find(given, name.text()).isEmpty()) {
            given.reporter()
                    .reportUnknown(
                            name,
                            0,
                            name.length(),
                            given.argument().name() + ": no element '" + name.text() + "'",
                            given.graph().elements().stream()
                                    .map(GraphElement::name)
                                    .toList());
            return Optional.empty();
        }
        return Optional.of(Value.text(name.text()));
    }
}
