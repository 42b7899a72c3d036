package org.flowstream.template;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue.JsonObject;

/** A parameter's name and what the user wants it to be, before it is known whether there is such a parameter. */
public sealed interface Assignment {
    String name();

    /** Where the name stands. */
    Position position();

    /** {@code name=text}, as on a command line. */
    record Text(String name, String text, Position position) implements Assignment {}

    /** {@code name=@file}: a list's items stand one to a line, with {@code #} comments. */
    record File(String name, SourceText file, Position position) implements Assignment {}

    /** A member of a JSON object. */
    record Json(JsonValue.Member member, SourceText source) implements Assignment {
        @Override
        public String name() {
            return member.name();
        }

        @Override
        public Position position() {
            return source.position(member.offset());
        }
    }

    /**
     * The assignments of a command line: those of a {@code --parameters} file, then those of {@code -p}, each
     * {@code key=value} or {@code key=@FILE}.
     */
    static List<Assignment> of(Optional<Path> parametersFile, List<String> options, Problems problems) {
        List<Assignment> assignments = new ArrayList<>();
        parametersFile
                .flatMap(it -> read(it, Position.of("--parameters " + it), problems))
                .ifPresent(it -> assignments.addAll(ofJson(it, problems)));
        for (String option : options) {
            Position position = Position.of("-p " + option);
            int equals = option.indexOf('=');
            if (equals <= 0) {
                problems.add(position, "expected -p NAME=VALUE or -p NAME=@FILE");
                continue;
            }
            String name = option.substring(0, equals);
            String text = option.substring(equals + 1);
            if (text.startsWith("@")) {
                read(Path.of(text.substring(1)), position, problems)
                        .ifPresent(file -> assignments.add(new File(name, file, position)));
            } else {
                assignments.add(new Text(name, text, position));
            }
        }
        return assignments;
    }

    /** The members of a text that is one JSON object. */
    static List<Assignment> ofJson(SourceText source, Problems problems) {
        Optional<JsonValue> value = JsonReader.read(source, problems);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof JsonObject object) {
            return object.members().stream()
                    .<Assignment>map(it -> new Json(it, source))
                    .toList();
        }
        problems.add(source.problem(
                value.get().offset(),
                value.get().length(),
                value.get().shown() + " is not an object of parameters: {\"NAME\": VALUE, …}"));
        return List.of();
    }

    private static Optional<SourceText> read(Path file, Position position, Problems problems) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > TemplateFiles.LARGEST) {
                problems.add(position, file + " has more than " + TemplateFiles.LARGEST + " bytes");
                return Optional.empty();
            }
            return Optional.of(new SourceText(file.toString(), Files.readString(file)));
        } catch (IOException e) {
            String why = Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist";
            problems.add(position, "the file " + file + " " + why);
            return Optional.empty();
        }
    }
}
