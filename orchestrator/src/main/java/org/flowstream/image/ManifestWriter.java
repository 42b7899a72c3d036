package org.flowstream.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.model.HealthLevel;
import org.flowstream.template.Frame;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.TemplateTest;

/** Writes a manifest as JSON, every object's members in the order of their names. */
final class ManifestWriter {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    /** The texts of each list among the parameters. */
    private final Map<String, List<String>> lists = new TreeMap<>();

    private ManifestWriter(JsonGenerator json, Manifest manifest) {
        this.json = json;
        manifest.parameters().forEach((name, value) -> {
            if (value instanceof ParameterValue.ListValue list && list.items().size() > 1) {
                lists.put(name, list.items().stream().map(ManifestWriter::text).toList());
            }
        });
    }

    static String write(Manifest manifest) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            new ManifestWriter(json, manifest).manifest(manifest);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return text.toString();
    }

    private void manifest(Manifest manifest) throws IOException {
        json.writeStartObject();
        json.writeStringField("built_by", manifest.builtBy());
        json.writeArrayFieldStart("devices");
        for (Manifest.Device device : manifest.devices()) {
            json.writeStartObject();
            strings("click", device.click());
            json.writeStringField("mode", device.mode().toString());
            json.writeStringField("name", device.name());
            json.writeEndObject();
        }
        json.writeEndArray();
        strings("effects", manifest.effects());
        json.writeArrayFieldStart("elements");
        for (Manifest.Element element : manifest.elements()) {
            element(element);
        }
        json.writeEndArray();
        json.writeNumberField("format", Manifest.FORMAT);
        GuestJson.write(manifest.guest(), json);
        json.writeObjectFieldStart("health");
        json.writeNumberField("heartbeat_ms", manifest.health().heartbeat().toMillis());
        strings(
                "ready",
                manifest.health().ready().stream().map(HealthLevel::toString).toList());
        if (!manifest.functionTests().isEmpty()) {
            json.writeArrayFieldStart("tests");
            for (FunctionTest test : manifest.functionTests()) {
                test(test);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeNumberField("memory", manifest.memory());
        json.writeObjectFieldStart("parameters");
        for (Map.Entry<String, ParameterValue> each : manifest.parameters().entrySet()) {
            json.writeFieldName(each.getKey());
            value(each.getValue());
        }
        json.writeEndObject();
        json.writeStringField("runtime", manifest.runtime());
        json.writeStringField("template", manifest.template());
        json.writeStringField("version", manifest.version());
        json.writeEndObject();
    }

    private void test(FunctionTest test) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("expect");
        for (Map.Entry<String, List<Frame>> each : new TreeMap<>(test.expected()).entrySet()) {
            strings(
                    each.getKey(),
                    each.getValue().stream().map(ManifestWriter::hex).toList());
        }
        json.writeEndObject();
        json.writeStringField("name", test.name());
        json.writeArrayFieldStart("send");
        for (TemplateTest.Send send : test.sends()) {
            json.writeStartObject();
            json.writeNumberField("at_ns", send.at().toNanos());
            json.writeStringField("device", send.device());
            json.writeStringField("frame", hex(send.frame()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String hex(Frame frame) {
        return HexFormat.of().formatHex(frame.bytes());
    }

    private void element(Manifest.Element element) throws IOException {
        json.writeStartObject();
        json.writeStringField("class", element.className());
        json.writeStringField("file", element.file());
        json.writeNumberField("line", element.line());
        json.writeStringField("name", element.name());
        if (!element.rules().isEmpty()) {
            rules(element.rules());
        }
        json.writeEndObject();
    }

    /** Rules that are a parameter's items are not said twice. */
    private void rules(List<String> rules) throws IOException {
        json.writeArrayFieldStart("rules");
        for (int i = 0; i < rules.size(); ) {
            List<String> rest = rules.subList(i, rules.size());
            Optional<String> parameter = lists.keySet().stream()
                    .filter(it -> begins(rest, lists.getOrDefault(it, List.of())))
                    .findFirst();
            if (parameter.isPresent()) {
                json.writeStartObject();
                json.writeStringField("parameter", parameter.get());
                json.writeEndObject();
                i += lists.getOrDefault(parameter.get(), List.of()).size();
            } else {
                json.writeString(rules.get(i++));
            }
        }
        json.writeEndArray();
    }

    private static boolean begins(List<String> texts, List<String> first) {
        return texts.size() >= first.size() && texts.subList(0, first.size()).equals(first);
    }

    private static String text(ParameterValue value) {
        return value instanceof ParameterValue.TextValue text ? text.text() : value.click();
    }

    private void strings(String name, Collection<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private void value(ParameterValue value) throws IOException {
        if (value instanceof ParameterValue.NumberValue number) {
            json.writeNumber(number.number());
        } else if (value instanceof ParameterValue.BooleanValue bool) {
            json.writeBoolean(bool.value());
        } else if (value instanceof ParameterValue.ListValue list) {
            json.writeStartArray();
            for (ParameterValue item : list.items()) {
                value(item);
            }
            json.writeEndArray();
        } else {
            json.writeString(text(value));
        }
    }
}
