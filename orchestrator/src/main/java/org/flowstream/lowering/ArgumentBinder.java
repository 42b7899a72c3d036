package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementClass.Argument;
import org.flowstream.element.ElementClass.Kind;

/**
 * Finds for each argument that a class declares what an element gives for it, in Click's way: one after the other takes
 * what is given by its keyword, of which the last counts, and a positional one else the next text. A text that begins with
 * a word and a blank may be meant by a keyword: only an argument that has to be there takes it by its place. Behind a
 * text that may be a keyword nothing is taken by its place, unless it is one of an argument that has no place.
 */
final class ArgumentBinder {
    private static final int BY_PLACE = -1;
    private static final int BY_KEYWORD = -2;

    private final List<ConfigText> given;
    private final List<Argument> declared;
    /** Where the word ends that may be a keyword; 0 for none; or how an argument took the text. */
    private final int[] keywords;

    private ArgumentBinder(GraphElement element, ElementClass type) {
        this.given = element.arguments();
        this.declared = type.args();
        this.keywords = new int[given.size()];
        for (int i = 0; i < keywords.length; i++) {
            keywords[i] = keywordLength(given.get(i));
        }
    }

    /**
     * What was given.
     *
     * @param values by the argument's place among those declared; a repeated argument is always there
     * @param extra the texts that no argument takes
     */
    record Bound(Map<Integer, List<ConfigText>> values, List<ConfigText> extra) {
        Bound {
            extra = List.copyOf(extra);
        }
    }

    static Bound bind(GraphElement element, ElementClass type) {
        return new ArgumentBinder(element, type).bind();
    }

    private Bound bind() {
        Map<Integer, List<ConfigText>> values = new TreeMap<>();
        findAll(values, true);
        findAll(values, false);
        takeOthersText(values);
        List<ConfigText> rest = new ArrayList<>();
        for (int i = 0; i < keywords.length; i++) {
            if (keywords[i] >= 0) {
                rest.add(given.get(i));
            }
        }
        for (int i = 0; i < declared.size(); i++) {
            if (declared.get(i).kind() == Kind.REST) {
                values.put(i, List.copyOf(rest));
                rest.clear();
            }
        }
        return new Bound(values, rest);
    }

    private void findAll(Map<Integer, List<ConfigText>> values, boolean withoutPlace) {
        for (int i = 0; i < declared.size(); i++) {
            Kind kind = declared.get(i).kind();
            if (kind != Kind.REST && (kind == Kind.KEYWORD) == withoutPlace) {
                int index = i;
                find(declared.get(i)).ifPresent(found -> values.put(index, List.of(found)));
            }
        }
    }

    /** An argument whose default is {@code =NAME} and that is not given has what is given for that one. */
    private void takeOthersText(Map<Integer, List<ConfigText>> values) {
        for (int i = 0; i < declared.size(); i++) {
            String fallback = declared.get(i).fallback();
            if (!values.containsKey(i) && fallback != null && fallback.startsWith("=")) {
                for (int other = 0; other < declared.size(); other++) {
                    List<ConfigText> theirs = values.get(other);
                    if (theirs != null && declared.get(other).name().equals(fallback.substring(1))) {
                        values.put(i, theirs);
                    }
                }
            }
        }
    }

    private Optional<ConfigText> find(Argument argument) {
        int byKeyword = -1;
        int place = -1;
        boolean open = true;
        for (int i = 0; i < keywords.length; i++) {
            if (open && keywords[i] != BY_PLACE && keywords[i] != BY_KEYWORD) {
                open = false;
                place = keywords[i] >= 0 ? i : -1;
            }
            if (keywords[i] == argument.name().length() && given.get(i).text().startsWith(argument.name())) {
                byKeyword = i;
                keywords[i] = BY_KEYWORD;
            }
        }
        boolean positional = argument.kind() != Kind.KEYWORD && place >= 0 && keywords[place] >= 0;
        boolean wanted = byKeyword < 0 && argument.kind() == Kind.POSITIONAL;
        if (positional && (wanted || keywords[place] == 0)) {
            keywords[place] = BY_PLACE;
            if (byKeyword < place) {
                return Optional.of(given.get(place));
            }
        }
        if (byKeyword < 0) {
            return Optional.empty();
        }
        ConfigText text = given.get(byKeyword);
        return Optional.of(
                text.substring(argument.name().length(), text.length()).trim());
    }

    /** The length of the first of several words, when it could be a keyword; else 0. */
    static int keywordLength(ConfigText text) {
        int end = 0;
        if (text.isEmpty() || !isLetter(text.charAt(0))) {
            return 0;
        }
        while (end < text.length() && isKeywordCharacter(text.charAt(end))) {
            end++;
        }
        int next = end;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return next == end || next == text.length() ? 0 : end;
    }

    private static boolean isLetter(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    }

    private static boolean isKeywordCharacter(char c) {
        return isLetter(c) || (c >= '0' && c <= '9') || ":.?!".indexOf(c) >= 0;
    }

    /** How many repeated arguments an element gives, for port counts that depend on it. */
    static int repeated(ElementClass type, Map<Integer, List<ConfigText>> bound) {
        for (int i = 0; i < type.args().size(); i++) {
            if (type.args().get(i).kind() == Kind.REST) {
                return bound.getOrDefault(i, List.of()).size();
            }
        }
        return 0;
    }
}
