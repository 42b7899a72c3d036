package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.click.ConfigStrings;

/** {@code word}: a string without blanks. */
record WordLowering() implements Lowering {
    @Override
    public String type() {
        return "word";
    }

    @Override
    public Optional<Value> lower(Given given) {
        String word = ConfigStrings.unquote(given.text()).text();
        if (word.isEmpty() || word.chars().anyMatch(c -> c <= ' ')) {
            given.expected("one word");
            return Optional.empty();
        }
        return Optional.of(Value.text(word));
    }
}
