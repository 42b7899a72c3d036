package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
        final Needs needs;
        /** The last simplification that met it, and what it made of it. */
        private int metBy;

        private Formula becomes;

        private Formula(Kind kind, int id, int word, long low, long high, Formula[] parts, Needs needs) {
            this.kind = kind;
            this.id = id;
            this.word = word;
            this.low = low;
            this.high = high;
            this.parts = parts;
            this.needs = needs;
            this.becomes = this;
        }
    }

    /** Values from {@code low} to {@code high}, both included. */
    record Range(long low, long high) {
        boolean meets(long otherLow, long otherHigh) {
            return low <= otherHigh && otherLow <= high;
        }

        boolean contains(long otherLow, long otherHigh) {
            return low <= otherLow && otherHigh <= high;
        }
    }

    private record TestKey(boolean positive, int word, long low, long high) {
        @Override
        public int hashCode() {
            return ((Long.hashCode(low) * 31 + Long.hashCode(high)) * 31 + word) * 2 + (positive ? 1 : 0);
        }
    }

    private static final Formula[] NO_PARTS = {};

    final Formula yes = new Formula(Kind.TRUE, 0, -1, 0, 0, NO_PARTS, Needs.NONE);
    final Formula no = new Formula(Kind.FALSE, 1, -1, 0, 0, NO_PARTS, Needs.NONE);
    private final List<Word> words = new ArrayList<>();
    private final Map<Word, Integer> wordIds = new HashMap<>();
    private final Map<TestKey, Formula> tests = new HashMap<>();
    private final Map<Numbers, Formula> groups = new HashMap<>();
    private int count = 2;
    private int simplifications;

    Word word(int id) {
        return words.get(id);
    }

    int wordCount() {
        return words.size();
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
            return test(!negated, word, test.low(), test.high());
        }
        boolean all = condition instanceof Condition.All;
        List<Condition> parts = all ? ((Condition.All) condition).parts() : ((Condition.Any) condition).parts();
        Formula[] formulas = new Formula[parts.size()];
        for (int i = 0; i < formulas.length; i++) {
            formulas[i] = of(parts.get(i), negated);
        }
        return group(all == negated ? Kind.OR : Kind.AND, formulas);
    }

    private Formula test(boolean positive, int word, long low, long high) {
        TestKey key = new TestKey(positive, word, low, high);
        Formula known = tests.get(key);
        if (known == null) {
            Kind kind = positive ? Kind.TEST : Kind.NO_TEST;
            Needs needs = positive ? Needs.of(word, low, high) : Needs.NONE;
            known = new Formula(kind, count++, word, low, high, NO_PARTS, needs);
            tests.put(key, known);
        }
        return known;
    }

    /** AND or OR of formulas, without constants, repetitions and groups of its own kind in it. */
    private Formula group(Kind kind, Formula[] parts) {
        Formula ends = kind == Kind.AND ? no : yes;
        Formula neutral = kind == Kind.AND ? yes : no;
        List<Formula> kept = new ArrayList<>(parts.length + 4);
        for (Formula part : parts) {
            if (part == ends) {
                return ends;
            }
            if (part.kind == kind) {
                for (Formula inner : part.parts) {
                    addOnce(kept, inner);
                }
            } else if (part != neutral) {
                addOnce(kept, part);
            }
        }
        if (kept.size() < 2) {
            return kept.isEmpty() ? neutral : kept.get(0);
        }
        int[] ids = new int[kept.size() + 1];
        for (int i = 0; i < kept.size(); i++) {
            ids[i] = kept.get(i).id;
        }
        ids[kept.size()] = kind == Kind.AND ? 1 : 0;
        Numbers key = new Numbers(ids);
        Formula known = groups.get(key);
        if (known == null) {
            known = newGroup(kind, kept);
            groups.put(key, known);
        }
        return known;
    }

    /** Parts are few, but for lists of hundreds of alternatives, where a repetition does no harm. */
    private static void addOnce(List<Formula> kept, Formula part) {
        int looked = Math.min(kept.size(), 16);
        for (int i = 0; i < looked; i++) {
            if (kept.get(i) == part) {
                return;
            }
        }
        kept.add(part);
    }

    /** That all hold. */
    Formula and(List<Formula> parts) {
        return group(Kind.AND, parts.toArray(NO_PARTS));
    }

    /** The tests in formulas, in them or in parts of them. */
    Iterable<Formula> tests() {
        return tests.values();
    }

    private Formula newGroup(Kind kind, List<Formula> parts) {
        Needs needs = parts.get(0).needs;
        for (Formula part : parts.subList(1, parts.size())) {
            Needs more = kind == Kind.AND ? needs.and(part.needs) : needs.or(part.needs);
            if (more == null) {
                return no;
            }
            needs = more;
        }
        return new Formula(kind, count++, -1, 0, 0, parts.toArray(NO_PARTS), needs);
    }

    /** The leftmost test of a formula that is not constant. */
    static Formula firstTest(Formula formula) {
        Formula at = formula;
        while (at.kind == Kind.AND || at.kind == Kind.OR) {
            at = at.parts[0];
        }
        return at;
    }

    /** What is left of formulas when the outcome of one test is known. One at a time is in use. */
    final class Known {
        private final int serial = ++simplifications;
        private final int word;
        private final Range tested;
        private final boolean holds;
        private final long greatest;

        Known(int word, Range tested, boolean holds) {
            this.word = word;
            this.tested = tested;
            this.holds = holds;
            this.greatest = words.get(word).greatest();
        }

        Formula simplify(Formula formula) {
            if (formula.kind == Kind.TRUE || formula.kind == Kind.FALSE) {
                return formula;
            }
            if (formula.metBy != serial) {
                formula.metBy = serial;
                formula.becomes = formula.parts.length > 0
                        ? simplifyGroup(formula)
                        : formula.word == word ? simplifyTest(formula) : formula;
            }
            return formula.becomes;
        }

        private Formula simplifyGroup(Formula formula) {
            int need = formula.needs.find(word);
            if (need >= 0) {
                long low = formula.needs.low(need);
                long high = formula.needs.high(need);
                if (holds ? !tested.meets(low, high) : tested.contains(low, high)) {
                    return no;
                }
            }
            boolean changed = false;
            Formula[] parts = new Formula[formula.parts.length];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = simplify(formula.parts[i]);
                changed |= parts[i] != formula.parts[i];
            }
            return changed ? group(formula.kind, parts) : formula;
        }

        private Formula simplifyTest(Formula test) {
            boolean positive = test.kind == Kind.TEST;
            if (holds) {
                if (test.low <= tested.low && tested.high <= test.high) {
                    return positive ? yes : no;
                }
                return within(test, tested.low, tested.high);
            }
            if (tested.contains(test.low, test.high)) {
                return positive ? no : yes;
            }
            // The values left, unless the word is missing; when the tested range is amid them, no range says it.
            if (tested.low == 0) {
                return within(test, tested.high + 1, greatest);
            }
            return tested.high == greatest ? within(test, 0, tested.low - 1) : test;
        }

        /** An equivalent test where the value is known to be in a range: without the bounds that no longer matter. */
        private Formula within(Formula test, long low, long high) {
            boolean positive = test.kind == Kind.TEST;
            if (test.low > high || low > test.high) {
                return positive ? no : yes;
            }
            long newLow = test.low <= low ? 0 : test.low;
            long newHigh = test.high >= high ? greatest : test.high;
            return newLow == test.low && newHigh == test.high ? test : test(positive, word, newLow, newHigh);
        }
    }
}
