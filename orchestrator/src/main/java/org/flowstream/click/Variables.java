package org.flowstream.click;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;

/**
 * The variables that hold in one scope, and their expansion in configuration strings.
 *
 * <p>{@code $x}, {@code ${x}} and {@code ${x-default}} are expanded, but not in single quotes, comments or behind a
 * backslash; within double quotes a value is put in such that it stays within them. What is not known here is left as
 * it stands: scripts have variables of their own.
 */
final class Variables {
    private final Optional<Variables> parent;
    private final int depth;
    private final Problems problems;
    private final Map<String, ConfigText> values = new HashMap<>();
    private final Map<String, ConfigText> unexpanded = new HashMap<>();
    private final Set<String> expanding = new LinkedHashSet<>();

    /**
     * A scope's variables.
     *
     * @param depth how many compound elements surround the scope
     */
    Variables(Optional<Variables> parent, int depth, Problems problems) {
        this.parent = parent;
        this.depth = depth;
        this.problems = problems;
    }

    int depth() {
        return depth;
    }

    /** The scope around a scope of {@code inner} depth. */
    Variables around(int inner) {
        Variables scope = this;
        while (scope.depth >= inner && scope.parent.isPresent()) {
            scope = scope.parent.get();
        }
        return scope;
    }

    /** Gives a value that is used as it is. */
    void put(String name, ConfigText value) {
        values.put(name, value);
    }

    /** Defines a variable by a text that may use others, unless it has a value already. */
    void define(String name, ConfigText text) {
        if (!values.containsKey(name)) {
            unexpanded.put(name, text);
        }
    }

    private Optional<ConfigText> value(String name) {
        ConfigText known = values.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        ConfigText text = unexpanded.get(name);
        if (text == null) {
            return parent.flatMap(scope -> scope.value(name));
        }
        if (!expanding.add(name)) {
            problems.add(Told.expanding(
                    text.place(), text.place().position(), "variable $" + name + " is defined by itself"));
            return Optional.of(ConfigText.of("", text.place()));
        }
        ConfigText value = expand(text);
        expanding.remove(name);
        values.put(name, value);
        return Optional.of(value);
    }

    /** The text with the variables known here replaced by their values. */
    ConfigText expand(ConfigText config) {
        String text = config.text();
        if (text.indexOf('$') < 0) {
            return config;
        }
        ConfigText.Builder out = new ConfigText.Builder(config.place());
        boolean quoted = false;
        int kept = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '$') {
                Optional<Use> use = Use.at(text, at);
                Optional<ConfigText> value = use.isEmpty() ? Optional.empty() : valueOf(use.get(), config, at);
                if (use.isPresent() && value.isPresent()) {
                    Place place = config.place(at, use.get().end);
                    out.append(config, kept, at);
                    out.append((quoted ? inQuotes(value.get()) : value.get()).asValueOf(use.get().name, place));
                    kept = use.get().end;
                }
                at = use.map(it -> it.end).orElse(at + 1);
            } else if (c == '"') {
                quoted = !quoted;
                at++;
            } else {
                at = skip(text, at, quoted);
            }
        }
        return out.append(config, kept, at).build();
    }

    /** Over what cannot hold a variable. */
    private static int skip(String text, int at, boolean quoted) {
        char c = text.charAt(at);
        if (c == '\\' && at + 1 < text.length()) {
            return text.charAt(at + 1) == '<' ? ConfigStrings.endOfHex(text, at) : at + 2;
        }
        if (!quoted && c == '\'') {
            return ConfigStrings.endOfQuote(text, at);
        }
        return quoted ? at + 1 : ConfigStrings.endOfComment(text, at);
    }

    private Optional<ConfigText> valueOf(Use use, ConfigText config, int at) {
        Place place = config.place(at, use.end);
        Optional<ConfigText> value = value(use.name);
        if (value.isPresent() && use.index.isPresent()) {
            String index = expand(ConfigText.of(use.index.get(), place)).text().trim();
            List<ConfigText> words = ConfigStrings.words(value.get());
            boolean there = index.matches("[0-9]{1,9}") && Integer.parseInt(index) < words.size();
            return Optional.of(there ? words.get(Integer.parseInt(index)) : ConfigText.of("", place));
        }
        return value.isPresent() ? value : use.fallback.map(text -> ConfigText.of(text, place));
    }

    private static ConfigText inQuotes(ConfigText value) {
        String quoted = ConfigStrings.quote(ConfigStrings.unquote(value).text());
        return ConfigText.of(quoted.substring(1, quoted.length() - 1), value.place());
    }

    /**
     * One use of a variable.
     *
     * @param index which word of it, {@code ${x[1]}}
     * @param fallback what is used when there is no such variable, {@code ${x-1}}
     */
    private record Use(String name, Optional<String> index, Optional<String> fallback, int end) {
        private static final Pattern BRACED =
                Pattern.compile("\\{([A-Za-z0-9_]+)(?:\\[([^\\]}]*)\\])?(?:-([^}]*))?\\}");

        static Optional<Use> at(String text, int dollar) {
            int start = dollar + 1;
            if (start < text.length() && text.charAt(start) == '{') {
                Matcher matcher = BRACED.matcher(text).region(start, text.length());
                return matcher.lookingAt()
                        ? Optional.of(new Use(
                                matcher.group(1),
                                Optional.ofNullable(matcher.group(2)),
                                Optional.ofNullable(matcher.group(3)),
                                matcher.end()))
                        : Optional.empty();
            }
            int end = start;
            while (end < text.length() && Lexer.isVariable(text.charAt(end))) {
                end++;
            }
            return end == start
                    ? Optional.empty()
                    : Optional.of(new Use(text.substring(start, end), Optional.empty(), Optional.empty(), end));
        }
    }
}
