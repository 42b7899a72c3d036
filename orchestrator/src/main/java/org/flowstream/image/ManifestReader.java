package org.flowstream.image;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.Frame;
import org.flowstream.template.JsonReader;
import org.flowstream.template.JsonValue;
import org.flowstream.template.JsonValue.JsonBoolean;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonNumber;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.JsonText;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.TemplateTest;

/**
 * Reads a manifest. Members that this version does not know are passed over: a later version of the same format may have
 * added them.
 */
final class ManifestReader {
    private final String name;

    private ManifestReader(String name) {
        this.name = name;
    }

    static Manifest read(String json, String name) {
        ManifestReader reader = new ManifestReader(name);
        Problems problems = new Problems();
        JsonValue value = JsonReader.read(new SourceText(name, json), problems)
                .orElseThrow(() -> reader.unreadable("it is not JSON"));
        if (!problems.isEmpty() || !(value instanceof JsonObject object)) {
            throw reader.unreadable("it is not one JSON object");
        }
        try {
            return reader.manifest(object);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw reader.unreadable(String.valueOf(e.getMessage()));
        }
    }

    private Manifest manifest(JsonObject json) {
        long format = number(json, "format");
        if (format != Manifest.FORMAT) {
            throw new ImageException(name + " has a manifest of format " + format + "; this program reads format "
                    + Manifest.FORMAT + ": it was built by " + text(json, "built_by"));
        }
        TreeMap<String, ParameterValue> parameters = new TreeMap<>();
        object(json, "parameters").members().forEach(it -> parameters.put(it.name(), value(it.value())));
        JsonObject health = object(json, "health");
        return new Manifest(
                text(json, "template"),
                text(json, "version"),
                parameters,
                list(json, "devices").stream()
                        .map(this::object)
                        .map(this::device)
                        .toList(),
                list(json, "elements").stream()
                        .map(this::object)
                        .map(it -> element(it, parameters))
                        .toList(),
                new TreeSet<>(texts(json, "effects")),
                number(json, "memory"),
                new HealthSpec(
                        texts(health, "ready").stream().map(HealthLevel::parse).toList(),
                        Duration.ofMillis(number(health, "heartbeat_ms"))),
                health.get("tests").isPresent()
                        ? list(health, "tests").stream()
                                .map(this::object)
                                .map(this::test)
                                .toList()
                        : List.of(),
                json.get("guest").isPresent()
                        ? GuestJson.read(object(json, "guest"))
                        : new Guest.Engine(text(json, "runtime")),
                text(json, "built_by"));
    }

    private Manifest.Device device(JsonObject json) {
        return new Manifest.Device(text(json, "name"), texts(json, "click"), DeviceMode.parse(text(json, "mode")));
    }

    private FunctionTest test(JsonObject json) {
        Map<String, List<Frame>> expected = new TreeMap<>();
        JsonObject expect = object(json, "expect");
        expect.members()
                .forEach(it -> expected.put(
                        it.name(),
                        texts(expect, it.name()).stream()
                                .map(ManifestReader::frame)
                                .toList()));
        return new FunctionTest(
                text(json, "name"),
                list(json, "send").stream()
                        .map(this::object)
                        .map(it -> new TemplateTest.Send(
                                text(it, "device"), Duration.ofNanos(number(it, "at_ns")), frame(text(it, "frame"))))
                        .toList(),
                expected);
    }

    private static Frame frame(String hex) {
        return Frame.of(HexFormat.of().parseHex(hex));
    }

    private Manifest.Element element(JsonObject json, Map<String, ParameterValue> parameters) {
        return new Manifest.Element(
                text(json, "name"),
                text(json, "class"),
                text(json, "file"),
                Math.toIntExact(number(json, "line")),
                json.get("rules").isPresent()
                        ? list(json, "rules").stream()
                                .flatMap(it -> rules(it, parameters))
                                .toList()
                        : List.of());
    }

    /** A rule, or all that are a parameter's items. */
    private Stream<String> rules(JsonValue rule, Map<String, ParameterValue> parameters) {
        if (!(rule instanceof JsonObject named)) {
            return Stream.of(text(rule));
        }
        String parameter = text(named, "parameter");
        if (parameters.get(parameter) instanceof ParameterValue.ListValue list) {
            return list.items().stream().map(ParameterValue::shown);
        }
        throw unreadable("'" + parameter + "' is not a parameter that is a list");
    }

    private ParameterValue value(JsonValue value) {
        if (value instanceof JsonNumber number) {
            return new ParameterValue.NumberValue(longOf(number.number()));
        }
        if (value instanceof JsonBoolean bool) {
            return new ParameterValue.BooleanValue(bool.value());
        }
        if (value instanceof JsonList list) {
            return new ParameterValue.ListValue(
                    list.items().stream().map(this::value).toList());
        }
        return new ParameterValue.TextValue(text(value));
    }

    private String text(JsonObject json, String member) {
        return text(member(json, member));
    }

    private String text(JsonValue value) {
        if (value instanceof JsonText text) {
            return text.text();
        }
        throw unreadable(value.shown() + " is not a text");
    }

    private long number(JsonObject json, String member) {
        if (member(json, member) instanceof JsonNumber number) {
            return longOf(number.number());
        }
        throw unreadable("\"" + member + "\" is not a number");
    }

    private long longOf(BigDecimal number) {
        if (number.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw unreadable(number + " does not fit 64 bits");
        }
        return number.longValueExact();
    }

    private List<String> texts(JsonObject json, String member) {
        return list(json, member).stream().map(this::text).toList();
    }

    private List<JsonValue> list(JsonObject json, String member) {
        if (member(json, member) instanceof JsonList list) {
            return list.items();
        }
        throw unreadable("\"" + member + "\" is not a list");
    }

    private JsonObject object(JsonObject json, String member) {
        return object(member(json, member));
    }

    private JsonObject object(JsonValue value) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw unreadable(value.shown() + " is not an object");
    }

    private JsonValue member(JsonObject json, String member) {
        return json.get(member).orElseThrow(() -> unreadable("member \"" + member + "\" is missing"));
    }

    private ImageException unreadable(String why) {
        return new ImageException(name + " has a manifest that cannot be read: " + why);
    }
}
