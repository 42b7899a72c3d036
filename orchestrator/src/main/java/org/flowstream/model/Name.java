package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/**
 * The name of a chain or of a middlebox: a DNS label (RFC 1123) in lower case, 1 to 48 characters, so that it is also a
 * part of a domain name, a file name and a URL path.
 */
public record Name(String text) implements Comparable<Name> {
    private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?");

    public Name {
        if (!FORM.matcher(text).matches()) {
            throw BadValueException.expected(
                    text, "a name of 1 to 48 lower-case letters, digits and hyphens, with no hyphen at its ends");
        }
    }

    @JsonCreator
    public static Name parse(String text) {
        return new Name(text);
    }

    @Override
    public int compareTo(Name other) {
        return text.compareTo(other.text);
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
