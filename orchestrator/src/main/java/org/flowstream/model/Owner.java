package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** The principal on whose authority a flow is processed: 1 to 64 letters, digits and {@code . _ @ : + -}. */
public record Owner(String text) implements Comparable<Owner> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@:+-]{0,63}");

    /** Whoever operates the host; the owner of what is declared without one. */
    public static final Owner OPERATOR = new Owner("operator");

    public Owner {
        if (!FORM.matcher(text).matches()) {
            throw BadValueException.expected(
                    text, "an owner of 1 to 64 letters, digits and . _ @ : + -, beginning with a letter or digit");
        }
    }

    @JsonCreator
    public static Owner parse(String text) {
        return new Owner(text);
    }

    @Override
    public int compareTo(Owner other) {
        return text.compareTo(other.text);
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
