package org.flowstream.control;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A health line taken apart: its first word, and {@code name=value} after it. */
record Figures(String word, Map<String, String> values) {
    private static final Pattern FIGURE = Pattern.compile("([a-z_]+)=(\\S+)");

    static Figures of(String line) {
        int space = line.indexOf(' ');
        Map<String, String> values = new TreeMap<>();
        Matcher figure = FIGURE.matcher(line);
        while (figure.find()) {
            values.put(figure.group(1), figure.group(2));
        }
        return new Figures(space < 0 ? line : line.substring(0, space), values);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the guest's line '" + word + " ...' has no " + name);
        }
        return value;
    }

    long number(String name) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the guest's line '" + word + " ...' has " + name + "=" + text(name) + ", not a number", e);
        }
    }
}
