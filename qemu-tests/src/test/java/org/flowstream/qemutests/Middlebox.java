package org.flowstream.qemutests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A middlebox that a test started by {@code flowstream run}; closing it removes it. */
final class Middlebox implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Lab lab;
    private final String name;

    private final String domain;
    private final Path folder;

    private Middlebox(Lab lab, String name) {
        this.lab = lab;
        this.name = name;
        // Asked once, before any traffic flows: on a busy host a command takes seconds.
        JsonNode inspect = json("inspect", name);
        this.domain = inspect.path("domain").asText();
        this.folder = lab.platform()
                .home()
                .resolve("run/machines")
                .resolve(inspect.path("machine").asText());
    }

    /** Runs a template between the lab's endpoints and waits until it is ready, as {@code run} does. */
    static Middlebox between(Lab lab, String template, String name, String... options) {
        List<String> arguments = new ArrayList<>(List.of("run", template, "--name", name, "--between", lab.between()));
        arguments.addAll(Arrays.asList(options));
        lab.flowstream(arguments.toArray(String[]::new)).ok();
        return new Middlebox(lab, name);
    }

    String name() {
        return name;
    }

    /** What {@code flowstream COMMAND NAME ... --output json} says. */
    JsonNode json(String... arguments) {
        List<String> whole = new ArrayList<>(Arrays.asList(arguments));
        whole.addAll(List.of("--output", "json"));
        String text = lab.flowstream(whole.toArray(String[]::new)).ok().out();
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    JsonNode inspect() {
        return json("inspect", name);
    }

    /** How often its machine ended by itself, as inspect tells. */
    static long ends(JsonNode inspect) {
        long count = 0;
        for (JsonNode cause : inspect.at("/exits/counts")) {
            count += cause.asLong();
        }
        return count;
    }

    String state() {
        return inspect().path("state").asText();
    }

    /** A handler's value. */
    String read(String handler) {
        return lab.flowstream("handler", "read", name, handler).ok().out().strip();
    }

    /** Packets dropped by this element for this reason, as {@code flowstream drops} tells. */
    long dropped(String element, String reason) {
        long count = 0;
        for (JsonNode row : json("drops", name)) {
            if (row.path("element").asText().equals(element)
                    && row.path("reason").asText().equals(reason)) {
                count += row.path("packets").asLong();
            }
        }
        return count;
    }

    /** Frames that its machine has seen from outside. For templates with a Counter of that name. */
    long inward() {
        return Long.parseLong(read("inward.count"));
    }

    /** Its libvirt domain. */
    String domain() {
        return domain;
    }

    /** Where its machine's sockets are. */
    Path folder() {
        return folder;
    }

    /** The process id of its QEMU, as libvirt's own file names it. */
    long qemu() {
        return lab.host().qemu(domain);
    }

    /** The number of its process, where it is one, as its folder tells. */
    long process() {
        try {
            String text = Files.readString(folder().resolve("process"));
            return Long.parseLong(text.substring(0, text.indexOf(' ')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        lab.flowstream("rm", name).ok();
    }
}
