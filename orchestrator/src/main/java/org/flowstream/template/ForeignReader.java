package org.flowstream.template;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.JsonText;

/** Reads what {@code image} says of a guest of the user's own, which the schema has been held against already. */
final class ForeignReader {
    private final TemplateFiles files;
    private final SourceText source;
    private final List<Parameter> parameters;
    private final List<TemplateDevice> devices;
    private final Problems problems;

    ForeignReader(
            TemplateFiles files,
            SourceText source,
            List<Parameter> parameters,
            List<TemplateDevice> devices,
            Problems problems) {
        this.files = files;
        this.source = source;
        this.parameters = parameters;
        this.devices = devices;
        this.problems = problems;
    }

    TemplateImage.Program program(JsonObject json) {
        ProgramIo io = TemplateReader.string(json, "io")
                .filter(ProgramIo.TAP.word()::equals)
                .map(word -> ProgramIo.TAP)
                .orElse(ProgramIo.PACKET);
        List<Phrase> argv = phrases(json.get("argv"), Phrase.Use.ARGUMENT);
        argv.stream().findFirst().filter(it -> !it.text().startsWith("/")).ifPresent(it -> {
            problems.add(source.problem(
                    it.offset(),
                    it.length(),
                    "image.program.argv[0]: \"" + it.text()
                            + "\" is not the path of a program: expected one that begins with '/'"));
        });
        if (io == ProgramIo.TAP) {
            json.member("addresses")
                    .or(() -> json.member("gateways"))
                    .ifPresent(it -> problems.add(source.problem(
                            it.offset(),
                            it.length(),
                            "image.program." + it.name()
                                    + ": with \"io\": \"tap\" a program has no interfaces that could have addresses")));
        }
        Map<String, Phrase> environment = new HashMap<>();
        members(
                json,
                "environment",
                (name, value) -> phrase(value, Phrase.Use.ARGUMENT).ifPresent(it -> environment.put(name, it)));
        Map<String, List<Phrase>> addresses = new LinkedHashMap<>();
        members(json, "addresses", (name, value) -> {
            if (devices.stream().noneMatch(it -> it.name().equals(name))) {
                problems.add(source.problem(
                        value.offset(),
                        value.length(),
                        "image.program.addresses: no device is named \"" + name + "\""));
            }
            addresses.put(name, phrases(Optional.of(value), Phrase.Use.ARGUMENT));
        });
        return new TemplateImage.Program(
                io,
                argv,
                environment,
                attachments(json, "files", "image.program.files"),
                addresses,
                phrases(json.get("gateways"), Phrase.Use.ARGUMENT));
    }

    /** Empty when its file is not there, which is told. */
    Optional<TemplateImage.Kernel> kernel(JsonObject json) {
        Optional<Path> file = large(json, "file", "image.kernel.file");
        Optional<Path> initrd = large(json, "initrd", "image.kernel.initrd");
        List<Phrase> words = new ArrayList<>();
        if (json.get("cmdline").orElse(null) instanceof JsonText text) {
            for (String word : text.text().strip().split(" +", -1)) {
                Phrase phrase = new Phrase(source, text.offset(), text.length(), word);
                phrase.check(Phrase.Use.WORD, parameters, problems);
                words.add(phrase);
            }
        }
        return file.map(it -> new TemplateImage.Kernel(it, initrd, words));
    }

    /** Empty when its file is not there, which is told. */
    Optional<TemplateImage.Disk> disk(JsonObject json) {
        List<TemplateImage.Attachment> seed = attachments(json, "seed", "image.disk.seed");
        return large(json, "file", "image.disk.file").map(it -> new TemplateImage.Disk(it, seed));
    }

    private Optional<Path> large(JsonObject json, String member, String where) {
        if (json.get(member).orElse(null) instanceof JsonText path
                && told(path, where, it -> files.file(it).isPresent())) {
            return files.file(path.text());
        }
        return Optional.empty();
    }

    private static void members(JsonObject json, String member, java.util.function.BiConsumer<String, JsonValue> each) {
        if (json.get(member).orElse(null) instanceof JsonObject object) {
            object.members().forEach(it -> each.accept(it.name(), it.value()));
        }
    }

    private List<Phrase> phrases(Optional<JsonValue> list, Phrase.Use use) {
        List<Phrase> phrases = new ArrayList<>();
        if (list.orElse(null) instanceof JsonList items) {
            items.items().forEach(item -> phrase(item, use).ifPresent(phrases::add));
        }
        return phrases;
    }

    Optional<Phrase> phrase(JsonValue value, Phrase.Use use) {
        if (!(value instanceof JsonText text)) {
            return Optional.empty();
        }
        Phrase phrase = new Phrase(source, text.offset(), text.length(), text.text());
        phrase.check(use, parameters, problems);
        return Optional.of(phrase);
    }

    /** Files that are attached under the names that the object's members have. */
    List<TemplateImage.Attachment> attachments(JsonObject json, String member, String where) {
        List<TemplateImage.Attachment> attachments = new ArrayList<>();
        members(json, member, (name, value) -> {
            if (value instanceof JsonText path && exists(path, where + "." + name)) {
                Optional<SourceText> text = text(path.text());
                text.ifPresent(
                        it -> Phrase.lines(it).forEach(line -> line.check(Phrase.Use.FILE, parameters, problems)));
                attachments.add(new TemplateImage.Attachment(name, path.text(), text));
            }
        });
        return attachments;
    }

    private boolean exists(JsonText path, String where) {
        return told(path, where, it -> files.bytes(it).isPresent());
    }

    /** Whether a file is there; that it is not is told. */
    boolean told(JsonText path, String where, Function<String, Boolean> isThere) {
        try {
            boolean there = isThere.apply(path.text());
            if (!there) {
                problems.add(source.problem(
                        path.offset(), path.length(), where + ": " + path.shown() + ": no such file in the template"));
            }
            return there;
        } catch (BadValueException e) {
            problems.add(source.problem(path.offset(), path.length(), where + ": " + e.getMessage()));
            return false;
        }
    }

    private Optional<SourceText> text(String path) {
        try {
            return files.text(path);
        } catch (BadValueException e) {
            return Optional.empty(); // it is no text, and stays as it is
        }
    }
}
