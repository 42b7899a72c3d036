package org.flowstream.lowering;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementClass.Kind;

/**
 * {@code rewriter-input}: what rewriters do with packets that have no mapping; {@code rewriter-pattern}: {@code NAME
 * PATTERN}; {@code mapper-pattern}: {@code PATTERN FOUTPUT ROUTPUT}; {@code mapper-server}: the same and a number. The
 * texts go on as they are, parted by single spaces: handlers take the same texts while a rewriter runs, so the runtime
 * reads them anyway. Here they are checked, while their place is known.
 */
record RewriterLowering(String type, Form form) implements Lowering {
    private static final int FORMAT = 1;
    private static final int OUTPUT_MOST = 65535;
    private static final String NAMES = "rewriter-pattern";
    private static final Set<String> PASS = Set.of("pass", "passthrough", "nochange");
    private static final Set<String> DROP = Set.of("drop", "discard");
    private static final Set<String> PATTERN = Set.of("pattern", "xpattern");

    enum Form {
        INPUT,
        NAMED,
        CHOICE,
        SERVER
    }

    @Override
    public Optional<Value> lower(Given given) {
        LittleEndian table =
                new LittleEndian().number(FORMAT).number(given.items().size());
        boolean good = true;
        for (int i = 0; i < given.items().size(); i++) {
            ConfigText item = given.items().get(i);
            List<String> words = ConfigStrings.words(item).stream()
                    .map(it -> ConfigStrings.unquote(it).text())
                    .toList();
            Optional<String> wrong = wrong(given, words);
            if (wrong.isPresent()) {
                String context = form == Form.INPUT ? "input spec " + i : "pattern " + i;
                given.reporter().within(context).report(item, wrong.get());
                good = false;
            }
            byte[] text = String.join(" ", words).getBytes(StandardCharsets.UTF_8);
            table.number(text.length).bytes(text).octet(0);
        }
        return good ? Optional.of(Value.table(table.toBytes())) : Optional.empty();
    }

    private Optional<String> wrong(Given given, List<String> words) {
        if (words.isEmpty()) {
            return Optional.of("empty argument");
        }
        List<String> rest = words.subList(1, words.size());
        return switch (form) {
            case INPUT -> wrongInput(given, words.get(0), rest);
            case NAMED -> RewriterPattern.wrong(rest);
            case CHOICE -> wrongChoice(given, words, OUTPUT_MOST);
            case SERVER ->
                RewriterPattern.isNumber(words.get(words.size() - 1), OUTPUT_MOST)
                        ? wrongChoice(given, words.subList(0, words.size() - 1), OUTPUT_MOST)
                        : Optional.of("bad server ID in pattern spec");
        };
    }

    private static Optional<String> wrongInput(Given given, String word, List<String> rest) {
        int most = given.outputs() - 1;
        if (PASS.contains(word)) {
            return rest.isEmpty() || (rest.size() == 1 && RewriterPattern.isNumber(rest.get(0), OUTPUT_MOST))
                    ? wrongOutputs(rest, most)
                    : Optional.of("syntax error, expected 'nochange [OUTPUT]'");
        }
        if (DROP.contains(word)) {
            return rest.isEmpty() ? Optional.empty() : Optional.of("syntax error, expected '" + word + "'");
        }
        if ("keep".equals(word)) {
            return rest.size() == 2 ? wrongOutputs(rest, most) : Optional.of("bad forward port");
        }
        if (PATTERN.contains(word)) {
            return wrongChoice(given, rest, most);
        }
        if (!rest.isEmpty()) {
            return Optional.of("unknown specification");
        }
        return ElementNames.find(given, word).isPresent() ? Optional.empty() : Optional.of("unknown specification");
    }

    /** {@code PATTERN FOUTPUT ROUTPUT}, where PATTERN may be a name. */
    private static Optional<String> wrongChoice(Given given, List<String> words, long most) {
        if (words.size() <= 2) {
            return Optional.of("syntax error");
        }
        List<String> pattern = words.subList(0, words.size() - 2);
        Optional<String> wrong = RewriterPattern.wrong(pattern);
        if (pattern.size() == 1) {
            Set<String> known = names(given);
            wrong = known.contains(pattern.get(0))
                    ? Optional.empty()
                    : Optional.of("no such pattern '" + pattern.get(0) + "'");
        }
        return wrong.isPresent() ? wrong : wrongOutputs(words.subList(words.size() - 2, words.size()), most);
    }

    private static Optional<String> wrongOutputs(List<String> words, long most) {
        for (int i = 0; i < words.size(); i++) {
            if (!RewriterPattern.isNumber(words.get(i), OUTPUT_MOST)) {
                return Optional.of(i == 0 ? "bad forward port" : "bad reply port");
            }
        }
        return words.stream().allMatch(it -> RewriterPattern.isNumber(it, most))
                ? Optional.empty()
                : Optional.of("output port out of range");
    }

    /** The names that elements with arguments of type {@code rewriter-pattern} give, in the whole configuration. */
    private static Set<String> names(Given given) {
        Set<String> naming = given.library().classes().stream()
                .filter(it -> it.args().stream().anyMatch(RewriterLowering::isNaming))
                .map(ElementClass::name)
                .collect(Collectors.toSet());
        Set<String> names = new TreeSet<>();
        for (GraphElement element : given.graph().elements()) {
            if (naming.contains(element.className())) {
                for (ConfigText argument : element.arguments()) {
                    ConfigStrings.words(argument).stream().limit(1).forEach(it -> names.add(it.text()));
                }
            }
        }
        return names;
    }

    private static boolean isNaming(ElementClass.Argument argument) {
        return argument.kind() == Kind.REST && NAMES.equals(argument.type());
    }
}
