package org.flowstream.click;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Which body of a compound element an element gets: the first with its number of arguments, inputs and outputs.
 *
 * @param body the body; empty when there is none, or when a class of the library takes its place
 * @param values the values of the body's formal arguments
 * @param instead the class that the compound element extends, when no body fits
 * @param complaint what does not fit
 */
record CompoundChoice(
        Optional<Body> body,
        Map<String, ConfigText> values,
        Optional<ClassReference> instead,
        Optional<Complaint> complaint) {
    /**
     * What does not fit.
     *
     * @param hint what there is, in one line
     * @param notes the same in Click's lines
     */
    record Complaint(String message, String hint, String notes) {}

    static final String REST = "__REST__";

    static CompoundChoice of(ClassReference.Compound compound, Body.Node element, List<ConfigText> arguments) {
        List<Body> candidates = new ArrayList<>();
        Optional<Body> closest = Optional.empty();
        Optional<ClassReference> next = Optional.of(compound);
        while (next.isPresent() && next.get() instanceof ClassReference.Compound tried) {
            for (Body body : tried.variants()) {
                candidates.add(body);
                Optional<Map<String, ConfigText>> values = assign(body.formals, arguments, element);
                if (values.isPresent()) {
                    if (body.inputs() == element.inputsUsed && body.outputs() == element.outputsUsed) {
                        return new CompoundChoice(Optional.of(body), values.get(), Optional.empty(), Optional.empty());
                    }
                    closest = Optional.of(body);
                }
            }
            next = tried.extended();
        }
        if (next.isPresent()) {
            return new CompoundChoice(Optional.empty(), Map.of(), next, Optional.empty());
        }
        if (candidates.size() == 1 && closest.isPresent()) {
            // The ports do not fit: taken all the same, so that each wrong port is named where it is used.
            Map<String, ConfigText> values =
                    assign(closest.get().formals, arguments, element).orElseThrow();
            return new CompoundChoice(closest, values, Optional.empty(), Optional.empty());
        }
        StringJoiner known = new StringJoiner("; ", "there is ", "");
        StringBuilder notes = new StringBuilder("candidates are:\n");
        for (Body body : candidates) {
            String signature = compound.printableName() + formals(body.formals) + ports(body.inputs(), body.outputs());
            known.add(signature);
            notes.append(body.place.position().landmark())
                    .append(":   ")
                    .append(signature)
                    .append('\n');
        }
        String wanted = ports(element.inputsUsed, element.outputsUsed);
        String counted = arguments.isEmpty() ? "[" : "[" + count(arguments.size(), "argument") + ", ";
        return new CompoundChoice(
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.of(new Complaint(
                        "no match for '" + compound.printableName() + counted + wanted.substring(1) + "'",
                        known.toString(),
                        notes.toString())));
    }

    private static String formals(List<Term.Formal> formals) {
        StringJoiner names = new StringJoiner(", ", "(", ")");
        formals.forEach(
                it -> names.add(it.keyword().isEmpty() ? "<arg>" : it.keyword().equals(REST) ? "..." : it.keyword()));
        return formals.isEmpty() ? "" : names.toString();
    }

    private static String ports(int inputs, int outputs) {
        return "[" + count(inputs, "input") + ", " + count(outputs, "output") + "]";
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** The values of the formal arguments; empty when the arguments do not fit them. */
    private static Optional<Map<String, ConfigText>> assign(
            List<Term.Formal> formals, List<ConfigText> arguments, Body.Node element) {
        Map<String, ConfigText> values = new HashMap<>();
        List<ConfigText> left = new ArrayList<>(arguments);
        for (Term.Formal formal : formals) {
            if (!formal.keyword().isEmpty() && !formal.keyword().equals(REST)) {
                Optional<ConfigText> given = takeKeyword(left, formal.keyword());
                if (given.isEmpty()) {
                    return Optional.empty();
                }
                values.put(formal.variable(), given.get());
            }
        }
        for (Term.Formal formal : formals) {
            if (formal.keyword().isEmpty()) {
                if (left.isEmpty()) {
                    return Optional.empty();
                }
                values.put(formal.variable(), left.remove(0));
            }
        }
        for (Term.Formal formal : formals) {
            if (formal.keyword().equals(REST)) {
                values.put(formal.variable(), joined(left, element));
                left.clear();
            }
        }
        return left.isEmpty() ? Optional.of(values) : Optional.empty();
    }

    private static Optional<ConfigText> takeKeyword(List<ConfigText> arguments, String keyword) {
        Optional<ConfigText> found = Optional.empty();
        for (int i = arguments.size() - 1; i >= 0; i--) {
            ConfigText argument = arguments.get(i);
            List<ConfigText> words = ConfigStrings.words(argument);
            if (!words.isEmpty() && words.get(0).text().equals(keyword)) {
                arguments.remove(i);
                found = Optional.of(
                        argument.substring(keyword.length(), argument.length()).trim());
            }
        }
        return found;
    }

    private static ConfigText joined(List<ConfigText> arguments, Body.Node element) {
        ConfigText.Builder out = new ConfigText.Builder(element.place);
        for (int i = 0; i < arguments.size(); i++) {
            if (i > 0) {
                out.append(ConfigText.of(", ", arguments.get(i).place()));
            }
            out.append(arguments.get(i));
        }
        return out.build();
    }
}
