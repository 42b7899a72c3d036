package org.flowstream.click;

import java.util.ArrayList;
import java.util.List;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problem;

/**
 * A piece of a configuration string that knows for each of its characters where the user wrote it, also after comments
 * were removed, variables expanded and quotes taken away.
 */
public final class ConfigText {
    /**
     * Where the characters from {@code start} on come from.
     *
     * @param place the first of them and those behind it, when {@code exact}; else what stands for all of them
     * @param exact whether they stand in the source as they are
     * @param variable the name of the variable that they are the value of; empty when they are written in place
     */
    private record Origin(int start, Place place, boolean exact, String variable) {}

    private final String text;
    private final List<Origin> origins;

    private ConfigText(String text, List<Origin> origins) {
        this.text = text;
        this.origins = origins;
    }

    /** What stands at a place. */
    public static ConfigText of(Place place) {
        return new ConfigText(place.text(), List.of(new Origin(0, place, true, "")));
    }

    /** A text that was made by us, for which one place stands. */
    public static ConfigText of(String text, Place place) {
        return new ConfigText(text, List.of(new Origin(0, place, false, "")));
    }

    public String text() {
        return text;
    }

    public int length() {
        return text.length();
    }

    public char charAt(int index) {
        return text.charAt(index);
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    public ConfigText substring(int from, int to) {
        return new Builder(place()).append(this, from, to).build();
    }

    /** With other characters in place of those from {@code from} to before {@code to}. */
    public ConfigText replace(int from, int to, String with) {
        return new Builder(place())
                .append(this, 0, from)
                .append(of(with, place(from, to)))
                .append(this, to, text.length())
                .build();
    }

    /** Without blanks at both ends. */
    public ConfigText trim() {
        int from = 0;
        int to = text.length();
        while (from < to && Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        while (to > from && Character.isWhitespace(text.charAt(to - 1))) {
            to--;
        }
        return from == 0 && to == text.length() ? this : substring(from, to);
    }

    /** Where the whole text stands. */
    public Place place() {
        return place(0, text.length());
    }

    /** Where the characters from {@code from} to before {@code to} stand, as far as they are written together. */
    public Place place(int from, int to) {
        int found = originAt(from);
        Origin origin = origins.get(found);
        if (!origin.exact) {
            return origin.place;
        }
        int end = Math.max(from, Math.min(to, endOf(found)));
        return new Place(origin.place.source(), origin.place.offset() + from - origin.start, end - from);
    }

    /** The variable whose value the character is part of; empty when there is none. */
    public String variable(int index) {
        return origins.get(originAt(index)).variable;
    }

    /** A problem with the characters from {@code from} to before {@code to}. */
    public Problem problem(int from, int to, String message) {
        String variable = variable(from);
        Problem problem = place(from, to).problem(message);
        return variable.isEmpty() ? problem : problem.withHint("in the value of $" + variable);
    }

    /** A problem with the whole text. */
    public Problem problem(String message) {
        return problem(0, text.length(), message);
    }

    /** The same text for which {@code place}, the use of a variable, stands. */
    ConfigText asValueOf(String variable, Place place) {
        return new ConfigText(text, List.of(new Origin(0, place, false, variable)));
    }

    private int originAt(int index) {
        int low = 0;
        int high = origins.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (origins.get(middle).start <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private int endOf(int origin) {
        return origin + 1 < origins.size() ? origins.get(origin + 1).start : text.length();
    }

    @Override
    public String toString() {
        return text;
    }

    /** Puts a text together from parts of others; {@code place} stands for it as long as it is empty. */
    static final class Builder {
        private final Place place;
        private final StringBuilder text = new StringBuilder();
        private final List<Origin> origins = new ArrayList<>();

        Builder(Place place) {
            this.place = place;
        }

        /** Characters {@code from} to before {@code to}; when there are none, only their place. */
        Builder append(ConfigText other, int from, int to) {
            int at = from;
            do {
                int found = other.originAt(at);
                Origin origin = other.origins.get(found);
                int end = Math.min(to, Math.max(other.endOf(found), at + 1));
                Place written = origin.exact ? other.place(at, end) : origin.place;
                add(new Origin(text.length(), written, origin.exact, origin.variable));
                text.append(other.text, at, Math.max(at, end));
                at = end;
            } while (at < to);
            return this;
        }

        /** A character made from what stands at {@code index} of another text. */
        Builder append(char made, ConfigText other, int index) {
            add(new Origin(text.length(), other.place(index, index + 1), false, other.variable(index)));
            text.append(made);
            return this;
        }

        Builder append(ConfigText other) {
            return append(other, 0, other.length());
        }

        private void add(Origin origin) {
            int last = origins.size() - 1;
            if (last >= 0 && origins.get(last).start == origin.start) {
                origins.set(last, origin);
            } else if (last < 0 || !continues(origins.get(last), origin)) {
                origins.add(origin);
            }
        }

        private static boolean continues(Origin last, Origin origin) {
            if (last.exact != origin.exact || !last.variable.equals(origin.variable)) {
                return false;
            }
            return origin.exact
                    ? last.place.source() == origin.place.source()
                            && last.place.offset() + origin.start - last.start == origin.place.offset()
                    : last.place.equals(origin.place);
        }

        ConfigText build() {
            return new ConfigText(
                    text.toString(),
                    origins.isEmpty() ? List.of(new Origin(0, place, false, "")) : List.copyOf(origins));
        }
    }
}
