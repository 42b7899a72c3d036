package org.flowstream.template;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Suggestion;

/**
 * The packet tests by which each machine of a template shows that it works, before traffic is steered to it: those that
 * {@code health.tests} names. A test holds for a machine whose parameters have the values that the test sets; what it does
 * not set it says nothing about, so it has to hold for any value of that.
 */
public final class FunctionTests {
    /** A machine waits for them at each start. */
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private static final int MOST_FRAMES = 64;
    /** An Ethernet frame of 1,500 bytes with one tag. */
    private static final int LARGEST = 1518;

    private final Template template;
    private final Problems problems;

    private FunctionTests(Template template, Problems problems) {
        this.template = template;
        this.problems = problems;
    }

    /** The tests that hold with these values; what is wrong with any that is named is added to the problems. */
    public static List<TemplateTest> of(Template template, Map<String, ParameterValue> values, Problems problems) {
        if (template.functionTests().isEmpty()) {
            return List.of();
        }
        List<TemplateTest> all = TemplateTestReader.readAll(template, problems);
        FunctionTests tests = new FunctionTests(template, problems);
        return template.functionTests().stream()
                .flatMap(name -> tests.named(name, all).stream())
                .filter(test -> tests.holds(test, values))
                .toList();
    }

    private Optional<TemplateTest> named(String name, List<TemplateTest> all) {
        List<TemplateTest> found =
                all.stream().filter(test -> test.name().equals(name)).toList();
        if (found.size() == 1) {
            check(found.get(0));
            return Optional.of(found.get(0));
        }
        Position file = Position.of(template.files().shown(Template.FILE));
        problems.add(Problem.of(
                        file,
                        "health.tests: "
                                + (found.isEmpty() ? "no test is named \"" : found.size() + " tests are named \"")
                                + name
                                + "\"")
                .withHint(Suggestion.hint(
                        name, all.stream().map(TemplateTest::name).toList())));
        return Optional.empty();
    }

    private void check(TemplateTest test) {
        fault(test)
                .ifPresent(fault -> problems.add(
                        test.position(),
                        "health.tests: \"" + test.name() + "\" cannot show a machine's function: " + fault));
    }

    private static Optional<String> fault(TemplateTest test) {
        if (test.sends().isEmpty()) {
            return Optional.of("it sends nothing");
        }
        if (test.sends().stream().anyMatch(send -> send.at().compareTo(LONGEST) > 0)) {
            return Optional.of("it takes longer than " + LONGEST.toSeconds() + " s");
        }
        List<Frame> frames = Stream.concat(
                        test.sends().stream().map(TemplateTest.Send::frame),
                        test.expected().values().stream().flatMap(List::stream))
                .toList();
        if (frames.size() > MOST_FRAMES) {
            return Optional.of("it has more than " + MOST_FRAMES + " frames");
        }
        return frames.stream().anyMatch(frame -> frame.bytes().length > LARGEST)
                ? Optional.of("it has a frame of more than " + LARGEST + " bytes")
                : Optional.empty();
    }

    private boolean holds(TemplateTest test, Map<String, ParameterValue> values) {
        SortedMap<String, ParameterValue> its = ParameterBinder.bind(template, test.parameters(), problems);
        return test.parameters().stream()
                .map(Assignment::name)
                .allMatch(name -> its.containsKey(name)
                        && Optional.ofNullable(its.get(name)).equals(Optional.ofNullable(values.get(name))));
    }
}
