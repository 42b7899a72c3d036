package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;

/** {@code byte-patterns}: Click's {@code [!]OFFSET/VALUE[%MASK]} clauses, all of which must hold; {@code -} always. */
record BytePatternsLowering() implements Lowering {
    private static final int OFFSET_GREATEST = 0xfff0;
    private static final String CLAUSE = "OFFSET/VALUE or OFFSET/VALUE%MASK, such as 12/0800";

    @Override
    public String type() {
        return "byte-patterns";
    }

    @Override
    public Optional<Value> lower(Given given) {
        List<Integer> verdicts = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i < given.items().size(); i++) {
            ConfigText pattern = ConfigStrings.unquote(given.items().get(i)).trim();
            verdicts.add(i);
            conditions.add(pattern(pattern, given.reporter().within("pattern " + (i + 1))));
        }
        return Optional.of(Value.table(MatchTable.of(verdicts, conditions).toBytes()));
    }

    static Condition pattern(ConfigText pattern, Reporter reporter) {
        if (pattern.isEmpty()) {
            reporter.report(pattern, "it is empty; '-' matches everything");
        }
        if (pattern.text().equals("-")) {
            return Condition.TRUE;
        }
        List<Condition> clauses = new ArrayList<>();
        for (ConfigText clause : ConfigStrings.words(pattern)) {
            clauses.add(clause(clause, reporter));
        }
        return new Condition.All(clauses);
    }

    private static Condition clause(ConfigText clause, Reporter reporter) {
        String text = clause.text();
        boolean negated = text.startsWith("!");
        int slash = text.indexOf('/');
        int percent = text.indexOf('%');
        String offset = slash < 0 ? "" : text.substring(negated ? 1 : 0, slash);
        String value = slash < 0 ? "" : text.substring(slash + 1, percent < 0 ? text.length() : percent);
        String mask = percent < 0 ? "" : text.substring(percent + 1);
        boolean formed = offset.matches("[0-9]{1,5}")
                && Integer.parseInt(offset) <= OFFSET_GREATEST
                && value.matches("[0-9a-fA-F?]+")
                && (percent < 0 || mask.matches("\\p{XDigit}+"));
        if (!formed) {
            reporter.report(clause, "'" + text + "': expected " + CLAUSE);
            return Condition.FALSE;
        }
        if (value.length() % 2 != 0) {
            reporter.report(clause, "'" + text + "': the value has an odd number of hex digits");
            return Condition.FALSE;
        }
        if (percent >= 0 && mask.length() != value.length()) {
            reporter.report(clause, "'" + text + "': value and mask are not of one length");
            return Condition.FALSE;
        }
        Condition condition = bytes(Integer.parseInt(offset), value, mask);
        return negated ? new Condition.Not(condition) : condition;
    }

    /** Tests on aligned words, so that patterns that look at the same bytes share them. */
    private static Condition bytes(int offset, String value, String mask) {
        List<Condition> words = new ArrayList<>();
        int length = value.length() / 2;
        for (int word = offset / 4 * 4; word < offset + length; word += 4) {
            int wanted = 0;
            int bits = 0;
            for (int at = word; at < word + 4; at++) {
                boolean inside = at >= offset && at < offset + length;
                int digit = 2 * (at - offset);
                wanted = wanted << 8 | (inside ? octet(value, digit) : 0);
                bits = bits << 8 | (inside ? mask(value, mask, digit) : 0);
            }
            if (bits != 0) {
                words.add(Condition.equal(new Word(Word.Source.FRAME, word, bits), wanted));
            }
        }
        return new Condition.All(words);
    }

    private static int octet(String digits, int at) {
        return Integer.parseInt(digits.substring(at, at + 2).replace('?', '0'), 16);
    }

    private static int mask(String value, String mask, int at) {
        int known = (value.charAt(at) == '?' ? 0 : 0xf0) | (value.charAt(at + 1) == '?' ? 0 : 0x0f);
        return mask.isEmpty() ? known : known & octet(mask, at);
    }
}
