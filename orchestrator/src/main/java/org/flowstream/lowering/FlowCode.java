package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Click's flow code: which outputs a packet that came by an input may leave by.
 *
 * <p>Each side is a row of letters, one for each port, of which the last repeats; packets go between ports that share a
 * letter. {@code #} stands for the port's own number, {@code [ab]} for any of several letters, {@code [^a]} for any but
 * those.
 */
final class FlowCode {
    /** The letters of one port; {@code others} when all but them are meant. */
    private record Letters(Set<String> letters, boolean others) {
        boolean meets(Letters other) {
            if (others && other.others) {
                return true;
            }
            if (others || other.others) {
                Set<String> left = new TreeSet<>(others ? other.letters : letters);
                left.removeAll(others ? letters : other.letters);
                return !left.isEmpty();
            }
            return letters.stream().anyMatch(other.letters::contains);
        }
    }

    private final String inputs;
    private final String outputs;

    private FlowCode(String inputs, String outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    static FlowCode parse(String code) {
        int slash = code.indexOf('/');
        return slash < 0 ? new FlowCode(code, code) : new FlowCode(code.substring(0, slash), code.substring(slash + 1));
    }

    boolean flows(int input, int output) {
        if (inputs.equals("x") && outputs.equals("x")) {
            return true;
        }
        return letters(inputs, input).meets(letters(outputs, output));
    }

    private static Letters letters(String side, int port) {
        List<String> ports = new ArrayList<>();
        int at = 0;
        while (at < side.length()) {
            int end = side.charAt(at) == '[' ? side.indexOf(']', at) + 1 : at + 1;
            ports.add(side.substring(at, end));
            at = end;
        }
        if (ports.isEmpty()) {
            return new Letters(Set.of(), false);
        }
        String mine = ports.get(Math.min(port, ports.size() - 1));
        boolean others = mine.startsWith("[^");
        Set<String> letters = new TreeSet<>();
        for (char c : mine.replaceAll("[\\[\\]^]", "").toCharArray()) {
            letters.add(c == '#' ? Integer.toString(port) : String.valueOf(c));
        }
        return new Letters(letters, others);
    }
}
