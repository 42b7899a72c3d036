package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Conditions in a form that is quick to simplify: negations stand at the tests only, and equal formulas are one object.
 */
final class Formulas {
    /** What a formula is. */
    enum Kind {
        TRUE,
        FALSE,
        TEST,
        NO_TEST,
        AND,
        OR
    }

    /** A formula; compared by identity, since equal ones are the same. */
    static final class Formula {
        final Kind kind;
        final int id;
        final int word;
        final long low;
        final long high;
        final Formula[] parts;
        /** By word, the values outside of which the formula cannot hold. */
        final Map<Integer, Range> needs;

        private Formula(Kind kind, int id, int word, long low, long high, Formula[] parts, Map<Integer, Range> needs) {
            this.kind = kind;
            this.id = id;
            this.word = word;
            this.low = low;
            this.high = high;
            this.parts = parts;
            this.needs = needs;
        }

        boolean isConstant() {
            return kind == Kind.TRUE || kind == Kind.FALSE;
        }
    }

    /** Values from {@code low} to {@code high}, both included. */
    record Range(long low, long high) {
        boolean meets(Range other) {
            return low <= other.high && other.low <= high;
        }

        boolean contains(Range other) {
            return low <= other.low && other.high <= high;
        }
    }

    private record TestKey(Kind kind, int word, long low, long high) {}

    private record GroupKey(Kind kind, List<Integer> parts) {}

    private static final Formula[] NO_PARTS = {};

    final Formula yes = new Formula(Kind.TRUE, 0, -1, 0, 0, NO_PARTS, Map.of());
    final Formula no = new Formula(Kind.FALSE, 1, -1, 0, 0, NO_PARTS, Map.of());
    private final List<Word> words = new ArrayList<>();
    private final Map<Word, Integer> wordIds = new HashMap<>();
    private final Map<TestKey, Formula> tests = new HashMap<>();
    private final Map<GroupKey, Formula> groups = new HashMap<>();
    private int count = 2;

    Word word(int id) {
        return words.get(id);
    }

    /** How many formulas were made so far. */
    int count() {
        return count;
    }

    Formula of(Condition condition) {
        return of(condition, false);
    }

    private Formula of(Condition condition, boolean negated) {
        if (condition instanceof Condition.Not not) {
            return of(not.part(), !negated);
        }
        if (condition instanceof Condition.Test test) {
            int word = wordIds.computeIfAbsent(test.word(), it -> {
                words.add(it);
                return words.size() - 1;
            });
            return test(negated ? Kind.NO_TEST : Kind.TEST, word, test.low(), test.high());
        }
        boolean all = condition instanceof Condition.All;
        List<Condition> parts = all ? ((Condition.All) condition).parts() : ((Condition.Any) condition).parts();
        return group(
                all == negated ? Kind.OR : Kind.AND,
                parts.stream().map(it -> of(it, negated)).toList());
    }

    Formula test(Kind kind, int word, long low, long high) {
        return tests.computeIfAbsent(
                new TestKey(kind, word, low, high),
                key -> new Formula(
                        kind,
                        count++,
                        word,
                        low,
                        high,
                        NO_PARTS,
                        kind == Kind.TEST ? Map.of(word, new Range(low, high)) : Map.of()));
    }

    /** AND or OR of formulas, without constants, repetitions and groups of its own kind in it. */
    Formula group(Kind kind, List<Formula> parts) {
        Formula ends = kind == Kind.AND ? no : yes;
        Formula neutral = kind == Kind.AND ? yes : no;
        Set<Formula> kept = new LinkedHashSet<>();
        for (Formula part : parts) {
            if (part == ends) {
                return ends;
            }
            if (part.kind == kind) {
                kept.addAll(Arrays.asList(part.parts));
            } else if (part != neutral) {
                kept.add(part);
            }
        }
        if (kept.size() < 2) {
            return kept.isEmpty() ? neutral : kept.iterator().next();
        }
        GroupKey key = new GroupKey(kind, kept.stream().map(it -> it.id).toList());
        Formula known = groups.get(key);
        if (known != null) {
            return known;
        }
        Map<Integer, Range> needs = kind == Kind.AND ? needsOfAll(kept) : needsOfAny(kept);
        Formula made = needs == null ? no : new Formula(kind, count++, -1, 0, 0, kept.toArray(new Formula[0]), needs);
        groups.put(key, made);
        return made;
    }

    /** Null when no value of some word will do. */
    private static @Nullable Map<Integer, Range> needsOfAll(Set<Formula> parts) {
        Map<Integer, Range> needs = new TreeMap<>();
        for (Formula part : parts) {
            for (Map.Entry<Integer, Range> need : part.needs.entrySet()) {
                Range before = needs.get(need.getKey());
                Range after = need.getValue();
                if (before != null && !before.meets(after)) {
                    return null;
                }
                needs.put(
                        need.getKey(),
                        before == null
                                ? after
                                : new Range(Math.max(before.low, after.low), Math.min(before.high, after.high)));
            }
        }
        return needs;
    }

    private static Map<Integer, Range> needsOfAny(Set<Formula> parts) {
        Map<Integer, Range> needs = new TreeMap<>(parts.iterator().next().needs);
        for (Formula part : parts) {
            needs.keySet().retainAll(part.needs.keySet());
            needs.replaceAll((word, range) -> {
                Range other = part.needs.getOrDefault(word, range);
                return new Range(Math.min(range.low, other.low), Math.max(range.high, other.high));
            });
        }
        return needs;
    }

    /** The leftmost test of a formula that is not constant. */
    static Formula firstTest(Formula formula) {
        Formula at = formula;
        while (at.kind == Kind.AND || at.kind == Kind.OR) {
            at = at.parts[0];
        }
        return at;
    }

    /** What is left of formulas when the outcome of one test is known. */
    final class Known {
        private final int word;
        private final Range tested;
        private final boolean holds;
        private final long greatest;
        private final Map<Formula, Formula> done = new HashMap<>();

        Known(int word, Range tested, boolean holds) {
            this.word = word;
            this.tested = tested;
            this.holds = holds;
            this.greatest = words.get(word).greatest();
        }

        Formula simplify(Formula formula) {
            return switch (formula.kind) {
                case TRUE, FALSE -> formula;
                case TEST, NO_TEST -> formula.word == word ? simplifyTest(formula) : formula;
                case AND, OR -> {
                    Formula known = done.get(formula);
                    if (known == null) {
                        known = simplifyGroup(formula);
                        done.put(formula, known);
                    }
                    yield known;
                }
            };
        }

        private Formula simplifyGroup(Formula formula) {
            boolean changed = false;
            List<Formula> parts = new ArrayList<>(formula.parts.length);
            for (Formula part : formula.parts) {
                Formula simple = simplify(part);
                changed |= simple != part;
                parts.add(simple);
            }
            return changed ? group(formula.kind, parts) : formula;
        }

        private Formula simplifyTest(Formula test) {
            Range range = new Range(test.low, test.high);
            boolean positive = test.kind == Kind.TEST;
            if (holds) {
                if (range.contains(tested)) {
                    return positive ? yes : no;
                }
                return range.meets(tested) ? widened(test, tested) : positive ? no : yes;
            }
            if (tested.contains(range)) {
                return positive ? no : yes;
            }
            // The values left, unless the word is missing; when the tested range is amid them, no range says it.
            if (tested.low == 0) {
                return outside(test, new Range(tested.high + 1, greatest));
            }
            return tested.high == greatest ? outside(test, new Range(0, tested.low - 1)) : test;
        }

        private Formula outside(Formula test, Range left) {
            boolean positive = test.kind == Kind.TEST;
            return left.meets(new Range(test.low, test.high)) ? widened(test, left) : positive ? no : yes;
        }

        /** An equivalent test, when the value is known to be in {@code left}: one bound less, where it does not matter. */
        private Formula widened(Formula test, Range left) {
            long low = test.low <= left.low ? 0 : test.low;
            long high = test.high >= left.high ? greatest : test.high;
            return low == test.low && high == test.high ? test : test(test.kind, word, low, high);
        }
    }
}
