package org.flowstream.template;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.model.Durations;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.problem.Suggestion;
import org.flowstream.template.JsonValue.Member;

/**
 * Reads the packet tests of a file {@code NAME.test}: one instruction to a line, {@code #} before a comment; a line that
 * ends in {@code /} goes on in the next one.
 */
public final class TemplateTestReader {
    private static final Pattern INSTRUCTION = Pattern.compile("([a-z]+)(?:\\s+(.*))?");
    private static final Pattern NAME = Pattern.compile("\"([^\"]+)\"");
    private static final Pattern PARAMETER = Pattern.compile("([a-z][a-z0-9_]*)\\s*=\\s*(.+)");
    private static final Pattern SEND = Pattern.compile("(\\S+)\\s+(\\S+)\\s+(.+)");
    private static final Pattern EXPECT = Pattern.compile("(\\S+)\\s+(.+)");
    private static final Pattern SAME = Pattern.compile("same\\s+([0-9]{1,6})");
    private static final Pattern HANDLER = Pattern.compile("(\\S+)\\s+(.+)");
    private static final Pattern DROPS = Pattern.compile("(\\S+)\\s+(\\S+)\\s+([0-9]{1,18})");
    private static final List<String> WORDS = List.of("test", "parameters", "send", "expect", "handler", "drops");

    private final Template template;
    private final SourceText source;
    private final Problems problems;
    private final List<TemplateTest> tests = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();
    private Optional<Draft> draft = Optional.empty();

    private TemplateTestReader(Template template, SourceText source, Problems problems) {
        this.template = template;
        this.source = source;
        this.problems = problems;
    }

    /** What is known of a test while its lines are read. */
    private static final class Draft {
        private final String name;
        private final int offset;
        private final List<Assignment> parameters = new ArrayList<>();
        private final List<TemplateTest.Send> sends = new ArrayList<>();
        private final Map<String, List<Frame>> expected = new HashMap<>();
        private final List<TemplateTest.HandlerCheck> handlers = new ArrayList<>();
        private final List<TemplateTest.DropCheck> drops = new ArrayList<>();

        Draft(String name, int offset) {
            this.name = name;
            this.offset = offset;
        }
    }

    /** All tests of a template; what is wrong in them is added to the problems. */
    public static List<TemplateTest> readAll(Template template, Problems problems) {
        List<TemplateTest> tests = new ArrayList<>();
        for (String path : template.tests()) {
            template.files().text(path).ifPresent(source -> tests.addAll(read(template, source, problems)));
        }
        return tests;
    }

    /** The tests of one file. */
    static List<TemplateTest> read(Template template, SourceText source, Problems problems) {
        TemplateTestReader reader = new TemplateTestReader(template, source, problems);
        reader.read();
        return reader.tests;
    }

    private void read() {
        String text = source.text();
        int at = 0;
        while (at < text.length()) {
            int end = endOfInstruction(text, at);
            String line = withoutComments(text.substring(at, end));
            String bare = line.strip();
            if (!bare.isEmpty()) {
                instruction(at + line.indexOf(bare.charAt(0)), bare);
            }
            at = end + 1;
        }
        finish();
        if (tests.isEmpty() && problems.isEmpty()) {
            problems.add(source.problem(0, 1, "the file has no test; expected: test \"what it shows\""));
        }
    }

    /** The end of the line, or of the last of those that go on in the next one. */
    private static int endOfInstruction(String text, int from) {
        int at = from;
        while (true) {
            int end = text.indexOf('\n', at);
            if (end < 0) {
                return text.length();
            }
            if (!withoutComments(text.substring(at, end)).strip().endsWith("/")) {
                return end;
            }
            at = end + 1;
        }
    }

    /** The text with blanks in place of comments and of line ends, so that places stay. */
    private static String withoutComments(String text) {
        StringBuilder out = new StringBuilder();
        boolean quoted = false;
        boolean comment = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                comment = false;
                quoted = false;
            } else if (c == '"' && !comment && (i == 0 || text.charAt(i - 1) != '\\')) {
                quoted = !quoted;
            } else if (c == '#' && !quoted) {
                comment = true;
            }
            out.append(comment || c == '\n' || c == '\r' ? ' ' : c);
        }
        return out.toString();
    }

    private void instruction(int offset, String bare) {
        Matcher matcher = INSTRUCTION.matcher(bare);
        String word = matcher.matches() ? matcher.group(1) : bare.split("\\s", 2)[0];
        if (!WORDS.contains(word)) {
            problems.add(source.problem(offset, word.length(), "'" + word + "' is none of " + String.join(", ", WORDS))
                    .withHint(Suggestion.hint(word, WORDS)));
            return;
        }
        String rest = matcher.group(2) == null ? "" : matcher.group(2);
        int restAt = offset + bare.length() - rest.length();
        if (word.equals("test")) {
            begin(rest, restAt);
        } else if (draft.isEmpty()) {
            problems.add(source.problem(offset, word.length(), "'" + word + "' stands before the first 'test'"));
        } else {
            part(word, rest, restAt, draft.get());
        }
    }

    private void begin(String rest, int at) {
        finish();
        Matcher matcher = NAME.matcher(rest);
        String name = matcher.matches() ? matcher.group(1) : "test " + (tests.size() + 1);
        if (!matcher.matches()) {
            expected(rest, at, "a name in quotes: test \"what it shows\"");
        }
        if (!names.add(name)) {
            problems.add(source.problem(at, rest.length(), "another test of this file is named \"" + name + "\""));
        }
        draft = Optional.of(new Draft(name, at));
    }

    private void finish() {
        draft.ifPresent(it -> tests.add(new TemplateTest(
                it.name, source.position(it.offset), it.parameters, it.sends, it.expected, it.handlers, it.drops)));
        draft = Optional.empty();
    }

    private void part(String word, String rest, int at, Draft test) {
        switch (word) {
            case "parameters" -> parameters(rest, at, test);
            case "send" -> send(rest, at, test);
            case "expect" -> expect(rest, at, test);
            case "handler" -> {
                Matcher matcher = HANDLER.matcher(rest);
                if (matcher.matches()) {
                    test.handlers.add(new TemplateTest.HandlerCheck(
                            matcher.group(1), matcher.group(2).strip()));
                } else {
                    expected(rest, at, "a handler and its value: handler ELEMENT.HANDLER VALUE");
                }
            }
            default -> {
                Matcher matcher = DROPS.matcher(rest);
                if (matcher.matches()) {
                    test.drops.add(new TemplateTest.DropCheck(
                            matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3))));
                } else {
                    expected(rest, at, "an element, a reason and a count: drops ELEMENT REASON COUNT");
                }
            }
        }
    }

    private void parameters(String rest, int at, Draft test) {
        Matcher matcher = PARAMETER.matcher(rest);
        if (!matcher.matches()) {
            expected(rest, at, "a parameter and its JSON value: parameters NAME=VALUE");
            return;
        }
        // The rest of the file is blanked out, so that the value's places are places in the file.
        int valueAt = at + matcher.start(2);
        String padded = source.text().substring(0, valueAt).replaceAll("[^\\n\\r]", " ") + matcher.group(2);
        SourceText value = new SourceText(source.file(), padded);
        JsonReader.read(value, problems)
                .ifPresent(json -> test.parameters.add(new Assignment.Json(
                        new Member(matcher.group(1), at, matcher.group(1).length(), json), source)));
    }

    private void send(String rest, int at, Draft test) {
        Matcher matcher = SEND.matcher(rest);
        if (!matcher.matches()) {
            expected(rest, at, "a device, a time and a packet: send DEVICE TIME PACKET");
            return;
        }
        boolean known = device(matcher.group(1), at);
        Optional<Duration> time = time(matcher.group(2), at + matcher.start(2));
        Optional<Frame> frame = frame(matcher.group(3), at + matcher.start(3));
        // A frame that is wrong keeps its number, so that 'same N' stays right.
        test.sends.add(new TemplateTest.Send(
                known ? matcher.group(1) : template.devices().get(0).name(),
                time.orElse(Duration.ZERO),
                frame.orElseGet(() -> Frame.of(new byte[0]))));
    }

    private void expect(String rest, int at, Draft test) {
        Matcher matcher = EXPECT.matcher(rest);
        if (!matcher.matches()) {
            expected(rest, at, "a device and a frame: expect DEVICE same N, a packet, or nothing");
            return;
        }
        if (!device(matcher.group(1), at)) {
            return;
        }
        List<Frame> frames = test.expected.computeIfAbsent(matcher.group(1), device -> new ArrayList<>());
        String what = matcher.group(2).strip();
        Matcher same = SAME.matcher(what);
        if (same.matches()) {
            int number = Integer.parseInt(same.group(1));
            if (number < 1 || number > test.sends.size()) {
                expected(what, at + matcher.start(2), "the number of a frame sent above, 1 to " + test.sends.size());
            } else {
                frames.add(test.sends.get(number - 1).frame());
            }
        } else if (!what.equals("nothing")) {
            frame(what, at + matcher.start(2)).ifPresent(frames::add);
        }
    }

    private boolean device(String name, int at) {
        List<String> known =
                template.devices().stream().map(TemplateDevice::name).toList();
        if (known.contains(name)) {
            return true;
        }
        problems.add(source.problem(
                        at, name.length(), "unknown device '" + name + "'; there are " + String.join(", ", known))
                .withHint(Suggestion.hint(name, known)));
        return false;
    }

    private Optional<Duration> time(String text, int at) {
        try {
            return Optional.of(text.equals("0") ? Duration.ZERO : Durations.parse(text));
        } catch (BadValueException e) {
            problems.add(source.problem(at, text.length(), e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<Frame> frame(String text, int at) {
        try {
            return Optional.of(Frame.parse(text));
        } catch (BadValueException e) {
            problems.add(source.problem(at, text.length(), e.getMessage()));
            return Optional.empty();
        }
    }

    private void expected(String found, int at, String what) {
        String message = found.isEmpty() ? "expected " + what : "found '" + found + "', expected " + what;
        problems.add(source.problem(Math.min(at, source.text().length()), Math.max(1, found.length()), message));
    }
}
