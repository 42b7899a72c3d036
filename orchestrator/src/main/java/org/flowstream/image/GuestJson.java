package org.flowstream.image;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.model.ImageDigest;
import org.flowstream.template.JsonValue;
import org.flowstream.template.JsonValue.JsonBoolean;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.JsonText;
import org.flowstream.template.ProgramIo;

/** The member {@code guest} of the manifest of an image that runs something of the user's. */
final class GuestJson {
    private GuestJson() {}

    static void write(Guest guest, JsonGenerator json) throws IOException {
        if (guest instanceof Guest.Engine) {
            return; // the manifest's runtime says it
        }
        json.writeObjectFieldStart("guest");
        if (guest instanceof Guest.Program program) {
            json.writeObjectFieldStart("program");
            json.writeObjectFieldStart("addresses");
            for (Map.Entry<String, List<String>> each : new TreeMap<>(program.addresses()).entrySet()) {
                strings(each.getKey(), each.getValue(), json);
            }
            json.writeEndObject();
            strings("argv", program.argv(), json);
            json.writeObjectFieldStart("environment");
            for (Map.Entry<String, String> each : new TreeMap<>(program.environment()).entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
            files("files", program.files(), json);
            strings("gateways", program.gateways(), json);
            json.writeStringField("io", program.io().word());
            json.writeEndObject();
        }
        if (guest instanceof Guest.Kernel kernel) {
            json.writeObjectFieldStart("kernel");
            json.writeStringField("cmdline", kernel.commandLine());
            json.writeStringField("file", kernel.kernel().toString());
            if (kernel.initrd().isPresent()) {
                json.writeStringField("initrd", kernel.initrd().get().toString());
            }
            json.writeEndObject();
        }
        if (guest instanceof Guest.Disk disk) {
            json.writeObjectFieldStart("disk");
            json.writeStringField("file", disk.disk().toString());
            files("seed", disk.seed(), json);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void strings(String name, Collection<String> texts, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static void files(String name, List<Guest.Attached> files, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (Guest.Attached file : files) {
            json.writeStartObject();
            json.writeStringField("base64", file.base64());
            json.writeBooleanField("executable", file.executable());
            json.writeStringField("name", file.name());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** An {@link IllegalArgumentException} says what is wrong. */
    static Guest read(JsonObject guest) {
        if (guest.get("program").orElse(null) instanceof JsonObject program) {
            Map<String, String> environment = new TreeMap<>();
            object(program, "environment")
                    .members()
                    .forEach(it -> environment.put(it.name(), text(it.value(), it.name())));
            Map<String, List<String>> addresses = new TreeMap<>();
            object(program, "addresses")
                    .members()
                    .forEach(it -> addresses.put(it.name(), texts(it.value(), it.name())));
            return new Guest.Program(
                    text(member(program, "io"), "io").equals(ProgramIo.TAP.word()) ? ProgramIo.TAP : ProgramIo.PACKET,
                    texts(member(program, "argv"), "argv"),
                    environment,
                    files(program, "files"),
                    addresses,
                    texts(member(program, "gateways"), "gateways"));
        }
        if (guest.get("kernel").orElse(null) instanceof JsonObject kernel) {
            return new Guest.Kernel(
                    ImageDigest.parse(text(member(kernel, "file"), "file")),
                    kernel.get("initrd").map(it -> ImageDigest.parse(text(it, "initrd"))),
                    text(member(kernel, "cmdline"), "cmdline"));
        }
        if (guest.get("disk").orElse(null) instanceof JsonObject disk) {
            return new Guest.Disk(ImageDigest.parse(text(member(disk, "file"), "file")), files(disk, "seed"));
        }
        throw new IllegalArgumentException("its guest is of a kind that this program does not know");
    }

    private static JsonValue member(JsonObject json, String name) {
        return json.get(name)
                .orElseThrow(() -> new IllegalArgumentException("member \"guest…" + name + "\" is missing"));
    }

    private static JsonObject object(JsonObject json, String name) {
        if (member(json, name) instanceof JsonObject object) {
            return object;
        }
        throw new IllegalArgumentException("\"" + name + "\" is not an object");
    }

    private static String text(JsonValue value, String name) {
        if (value instanceof JsonText text) {
            return text.text();
        }
        throw new IllegalArgumentException("\"" + name + "\" is not a text");
    }

    private static List<String> texts(JsonValue value, String name) {
        return items(value, name).stream().map(it -> text(it, name)).toList();
    }

    private static List<JsonValue> items(JsonValue value, String name) {
        if (value instanceof JsonList list) {
            return list.items();
        }
        throw new IllegalArgumentException("\"" + name + "\" is not a list");
    }

    private static List<Guest.Attached> files(JsonObject json, String name) {
        List<Guest.Attached> files = new ArrayList<>();
        for (JsonValue item : items(member(json, name), name)) {
            if (item instanceof JsonObject file) {
                boolean executable = member(file, "executable") instanceof JsonBoolean bool && bool.value();
                files.add(new Guest.Attached(
                        plainName(text(member(file, "name"), "name")),
                        executable,
                        text(member(file, "base64"), "base64")));
            }
        }
        return files;
    }

    /** Files are put down under their names by the daemon: a name is never a way out of their folder. */
    private static String plainName(String name) {
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")) {
            throw new IllegalArgumentException("'" + name + "' is not a file's name");
        }
        return name;
    }
}
