package org.flowstream.image;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.HealthSpec;
import org.flowstream.template.ParameterValue;

/**
 * What an image says of itself: what it was made from, what it may do to packets, and where each element stands in the
 * configuration.
 *
 * @param template the template's name
 * @param version the template's version
 * @param parameters every parameter's value, defaults included
 * @param devices in the order of the machine's network interfaces
 * @param elements in the order in which drops name them
 * @param effects what it may do to packets, as words; {@code unknown} means anything
 * @param memory of the machine, bytes
 * @param health when it is ready, and how often that is looked at
 * @param functionTests what a machine passes for the level {@code function}, with its parameters
 * @param guest what it runs
 * @param builtBy the program that built it, with its version
 */
public record Manifest(
        String template,
        String version,
        SortedMap<String, ParameterValue> parameters,
        List<Device> devices,
        List<Element> elements,
        SortedSet<String> effects,
        long memory,
        HealthSpec health,
        List<FunctionTest> functionTests,
        Guest guest,
        String builtBy) {
    /** The form that this program writes and reads. */
    public static final int FORMAT = 1;

    public Manifest {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        devices = List.copyOf(devices);
        elements = List.copyOf(elements);
        functionTests = List.copyOf(functionTests);
        effects = Collections.unmodifiableSortedSet(new TreeSet<>(effects));
    }

    /** Of an image of the engine. */
    public Manifest(
            String template,
            String version,
            SortedMap<String, ParameterValue> parameters,
            List<Device> devices,
            List<Element> elements,
            SortedSet<String> effects,
            long memory,
            HealthSpec health,
            List<FunctionTest> functionTests,
            String runtime,
            String builtBy) {
        this(
                template,
                version,
                parameters,
                devices,
                elements,
                effects,
                memory,
                health,
                functionTests,
                new Guest.Engine(runtime),
                builtBy);
    }

    /** The SHA-256 of the engine's runtime, hex; empty for whatever else it runs. */
    public String runtime() {
        return guest instanceof Guest.Engine engine ? engine.runtime() : "";
    }

    /**
     * One device.
     *
     * @param name where it is wired to
     * @param click the names it answers to in the configuration
     */
    public record Device(String name, List<String> click, DeviceMode mode) {
        public Device {
            click = List.copyOf(click);
        }
    }

    /**
     * One element of the configuration.
     *
     * @param name its name
     * @param className its class
     * @param file where it is declared
     * @param line where it is declared, from 1
     * @param rules the texts of its rules, which drops name by number from 0; empty for most
     */
    public record Element(String name, String className, String file, int line, List<String> rules) {
        public Element {
            rules = List.copyOf(rules);
        }
    }

    /** The manifest as JSON: one line, members sorted by name. */
    public String toJson() {
        return ManifestWriter.write(this);
    }

    /** From JSON; errors begin with {@code name}. */
    static Manifest parse(String json, String name) {
        return ManifestReader.read(json, name);
    }

    /** What was set, as the user would write it: {@code rules=deny all}. */
    public Map<String, String> parameterTexts() {
        Map<String, String> texts = new TreeMap<>();
        parameters.forEach((name, value) -> texts.put(name, value.shown()));
        return texts;
    }
}
