package org.flowstream.template;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.JsonText;

/**
 * Reads {@code template.json}: first against the schema, then what a schema cannot say.
 *
 * <p>A template comes out also when there are problems, as long as there is a configuration: with harmless values in
 * place of the wrong ones, so that the configuration can be checked in the same answer. It is of no other use then.
 */
final class TemplateReader {
    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,6}) ?([A-Za-z]+)");

    private static final int MOST_MEMORY_MIB = 4096;
    private static final Set<String> MODES =
            Arrays.stream(DeviceMode.values()).map(DeviceMode::toString).collect(Collectors.toSet());
    private static final Set<String> LEVELS =
            Arrays.stream(HealthLevel.values()).map(HealthLevel::toString).collect(Collectors.toSet());

    private final TemplateFiles files;
    private final SourceText source;
    private final Problems problems;

    private TemplateReader(TemplateFiles files, SourceText source, Problems problems) {
        this.files = files;
        this.source = source;
        this.problems = problems;
    }

    static Optional<Template> read(TemplateFiles files, Problems problems) {
        Optional<SourceText> source = text(files, Template.FILE, problems);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        return JsonReader.read(source.get(), problems).flatMap(value -> {
            TemplateSchema.schema().check(value, source.get(), problems);
            return value instanceof JsonObject object
                    ? new TemplateReader(files, source.get(), problems).template(object)
                    : Optional.empty();
        });
    }

    private static Optional<SourceText> text(TemplateFiles files, String path, Problems problems) {
        try {
            Optional<SourceText> found = files.text(path);
            if (found.isEmpty()) {
                problems.add(Position.of(files.shown(path)), "no such file");
            }
            return found;
        } catch (BadValueException e) {
            problems.add(Position.of(files.shown(path)), e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Template> template(JsonObject json) {
        List<Parameter> parameters = new ArrayList<>();
        object(json, "parameters")
                .ifPresent(it -> it.members()
                        .forEach(member -> parameters.add(new ParameterReader(source, problems).read(member))));
        List<TemplateDevice> devices = devices(json);
        List<Translation> translates = translates(json, devices, parameters);
        List<String> tests = tests(json);
        return image(json, parameters, devices)
                .map(image -> new Template(
                        string(json, "name").orElse("unnamed"),
                        string(json, "version").orElse("0.0.0"),
                        string(json, "summary").orElse(""),
                        parameters,
                        devices,
                        image,
                        memory(json, image),
                        health(json, image, devices),
                        passes(json),
                        translates,
                        tests,
                        functionTests(json),
                        files,
                        false));
    }

    private Optional<TemplateImage> image(JsonObject json, List<Parameter> parameters, List<TemplateDevice> devices) {
        Optional<JsonObject> image = object(json, "image");
        if (image.filter(it -> it.members().size() != 1).isPresent()) {
            at(json, "image", "image: expected one of \"click\", \"program\", \"kernel\", \"disk\"");
            return Optional.empty();
        }
        Optional<JsonValue> click = image.flatMap(it -> it.get("click"));
        if (click.isPresent()) {
            return configuration(click.get()).map(TemplateImage.Click::new);
        }
        noTests(json);
        ForeignReader reader = new ForeignReader(files, source, parameters, devices, problems);
        Optional<TemplateImage> kernel = image.flatMap(it -> object(it, "kernel"))
                .flatMap(reader::kernel)
                .map(it -> it);
        Optional<TemplateImage> disk =
                image.flatMap(it -> object(it, "disk")).flatMap(reader::disk).map(it -> it);
        return kernel.or(() -> disk)
                .or(() -> image.flatMap(it -> object(it, "program")).map(reader::program));
    }

    private void noTests(JsonObject json) {
        if (json.get("tests").isPresent()) {
            at(json, "tests", "tests: packet tests are for the engine; whatever else runs takes no virtual time");
        }
    }

    private Optional<SourceText> configuration(JsonValue value) {
        if (!(value instanceof JsonText path)) {
            return Optional.empty();
        }
        Optional<SourceText> text = file(path, "image.click");
        text.filter(it -> it.text().isBlank())
                .ifPresent(it -> problems.add(Position.of(it.file()), "the configuration is empty"));
        return text;
    }

    private Optional<SourceText> file(JsonText path, String where) {
        try {
            Optional<SourceText> found = files.text(path.text());
            if (found.isEmpty()) {
                problems.add(source.problem(
                        path.offset(), path.length(), where + ": " + path.shown() + ": no such file in the template"));
            }
            return found;
        } catch (BadValueException e) {
            problems.add(source.problem(path.offset(), path.length(), where + ": " + e.getMessage()));
            return Optional.empty();
        }
    }

    /** The test files that can be read. */
    private List<String> tests(JsonObject json) {
        List<JsonValue> items = json.get("tests")
                .filter(JsonList.class::isInstance)
                .map(it -> ((JsonList) it).items())
                .orElse(List.of());
        List<String> tests = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof JsonText path
                    && file(path, "tests[" + i + "]").isPresent()) {
                tests.add(path.text());
            }
        }
        return tests;
    }

    private List<TemplateDevice> devices(JsonObject json) {
        List<JsonValue> items = json.get("devices")
                .filter(JsonList.class::isInstance)
                .map(it -> ((JsonList) it).items())
                .orElse(List.of());
        List<TemplateDevice> devices = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        Map<String, String> answering = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof JsonObject item)) {
                continue;
            }
            String name = string(item, "name").orElse("device" + i);
            if (!names.add(name)) {
                at(item, "name", "devices[" + i + "].name: another device is named \"" + name + "\"");
            }
            List<String> click = item.get("click").isPresent()
                    ? strings(item, "click")
                    : List.of(Integer.toString(i), "eth" + i, name);
            for (String each : click) {
                String other = answering.putIfAbsent(each, name);
                if (other != null && !other.equals(name)) {
                    at(
                            item,
                            "click",
                            "devices[" + i + "].click: \"" + each + "\" is a name of device " + other + " too");
                }
            }
            devices.add(new TemplateDevice(
                    name,
                    click,
                    string(item, "role").or(() -> Optional.of(name)).flatMap(TemplateDevice.Role::of),
                    string(item, "mode")
                            .filter(MODES::contains)
                            .map(DeviceMode::parse)
                            .orElse(DeviceMode.BUMP)));
        }
        return devices;
    }

    private void at(JsonObject object, String member, String message) {
        JsonValue value = object.get(member).orElse(object);
        problems.add(source.problem(value.offset(), value.length(), message));
    }

    private int memory(JsonObject json, TemplateImage image) {
        int ordinary =
                image instanceof TemplateImage.Foreign ? Template.FOREIGN_MEMORY_MIB : MiddleboxSpec.DEFAULT_MEMORY_MIB;
        Optional<JsonObject> resources = object(json, "resources");
        Optional<Matcher> amount = resources
                .flatMap(it -> string(it, "memory"))
                .map(AMOUNT::matcher)
                .filter(Matcher::matches);
        if (amount.isEmpty()) {
            return ordinary;
        }
        int mib = Integer.parseInt(amount.get().group(1));
        if (mib < Template.LEAST_MEMORY_MIB || mib > MOST_MEMORY_MIB) {
            at(
                    resources.get(),
                    "memory",
                    "resources.memory: \"" + amount.get().group() + "\" is not within " + Template.LEAST_MEMORY_MIB
                            + " MiB to " + MOST_MEMORY_MIB + " MiB");
            return ordinary;
        }
        return mib;
    }

    private HealthSpec health(JsonObject json, TemplateImage image, List<TemplateDevice> devices) {
        Optional<JsonObject> health = object(json, "health");
        HealthSpec standard = image instanceof TemplateImage.Foreign ? HealthSpec.FOREIGN : HealthSpec.STANDARD;
        List<HealthLevel> ready = health.filter(it -> it.get("ready").isPresent())
                .map(it -> strings(it, "ready").stream()
                        .filter(LEVELS::contains)
                        .map(HealthLevel::parse)
                        .toList())
                .orElse(standard.ready());
        if (image instanceof TemplateImage.Foreign foreign
                && (ready.contains(HealthLevel.CONTROL) || ready.contains(HealthLevel.FUNCTION))) {
            at(
                    health.orElse(json),
                    "ready",
                    "health.ready: a " + foreign.kind()
                            + " does not speak the control protocol: expected \"machine\" and \"forwarding\" alone");
        }
        if (image instanceof TemplateImage.Foreign
                && ready.contains(HealthLevel.FORWARDING)
                && !devices.stream().allMatch(it -> it.mode() == DeviceMode.BUMP)) {
            at(
                    health.orElse(json),
                    "ready",
                    "health.ready: \"forwarding\" is shown by a frame that passes unchanged: expected devices that are"
                            + " all of mode \"bump\"");
        }
        Duration heartbeat = health.flatMap(it -> string(it, "heartbeat"))
                .map(AMOUNT::matcher)
                .filter(Matcher::matches)
                .map(it -> Duration.ofMillis(
                        Long.parseLong(it.group(1)) * (it.group(2).equals("s") ? 1_000 : 1)))
                .orElse(standard.heartbeat());
        try {
            return new HealthSpec(ready, heartbeat);
        } catch (BadValueException e) {
            at(health.orElse(json), "heartbeat", "health.heartbeat: " + e.getMessage());
            return standard;
        }
    }

    /** What {@code function} is asked by; that there are tests of these names is seen when they are read. */
    private List<String> functionTests(JsonObject json) {
        Optional<JsonObject> health = object(json, "health");
        List<String> tests = health.map(it -> strings(it, "tests")).orElse(List.of());
        if (tests.isEmpty()
                && health.filter(it -> strings(it, "ready").contains(HealthLevel.FUNCTION.toString()))
                        .isPresent()) {
            at(health.get(), "ready", "health.ready asks for function, and health.tests names no test that shows it");
        }
        return tests;
    }

    private static Map<String, String> passes(JsonObject json) {
        Map<String, String> passes = new TreeMap<>();
        object(json, "passes")
                .ifPresent(it -> it.members().forEach(member -> {
                    if (member.value() instanceof JsonText text) {
                        passes.put(member.name(), text.text());
                    }
                }));
        return passes;
    }

    /** With the parameters' defaults each must be a match. */
    private List<Translation> translates(JsonObject json, List<TemplateDevice> devices, List<Parameter> parameters) {
        Map<String, ParameterValue> defaults = new TreeMap<>();
        parameters.forEach(it -> defaults.put(it.name(), it.defaultValue()));
        List<JsonValue> items = json.get("translates")
                .filter(JsonList.class::isInstance)
                .map(it -> ((JsonList) it).items())
                .orElse(List.of());
        List<Translation> translates = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (!(items.get(i) instanceof JsonObject item)) {
                continue;
            }
            Translation each = new Translation(
                    string(item, "from").orElse(""),
                    string(item, "match").orElse("any"),
                    string(item, "to").orElse(""),
                    string(item, "becomes").orElse("any"));
            String where = "translates[" + i + "].";
            for (String end : List.of("from", "to")) {
                String device = "from".equals(end) ? each.from() : each.to();
                if (devices.stream().noneMatch(it -> it.name().equals(device))) {
                    at(item, end, where + end + ": no device is named \"" + device + "\"");
                }
            }
            checkMatch(item, "match", where, () -> each.enters(defaults));
            checkMatch(item, "becomes", where, () -> each.leaves(defaults));
            translates.add(each);
        }
        return translates;
    }

    private void checkMatch(JsonObject item, String member, String where, Supplier<FlowMatch> match) {
        try {
            var unused = match.get();
        } catch (BadValueException e) {
            at(item, member, where + member + ": " + e.getMessage());
        }
    }

    private static Optional<JsonObject> object(JsonObject json, String member) {
        return json.get(member).filter(JsonObject.class::isInstance).map(JsonObject.class::cast);
    }

    static Optional<String> string(JsonObject json, String member) {
        return json.get(member).filter(JsonText.class::isInstance).map(it -> ((JsonText) it).text());
    }

    private static List<String> strings(JsonObject json, String member) {
        return json.get(member)
                .filter(JsonList.class::isInstance)
                .map(it -> ((JsonList) it)
                        .items().stream()
                                .filter(JsonText.class::isInstance)
                                .map(item -> ((JsonText) item).text())
                                .toList())
                .orElse(List.of());
    }
}
