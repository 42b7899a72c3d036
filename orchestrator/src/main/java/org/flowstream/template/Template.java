package org.flowstream.template;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.problem.SourceText;

/**
 * A template: what {@code template.json} says, and the Click configuration beside it.
 *
 * @param name its name
 * @param version its version
 * @param summary one sentence that says what it does
 * @param parameters what may be set, in the order of the file
 * @param devices its sides, in the order of the machine's network interfaces
 * @param configuration the Click configuration
 * @param memory the machine's memory, bytes
 * @param ready the health levels that must hold before traffic is steered to it
 * @param heartbeat how often the control level is asked
 * @param passes what becomes of packets that a user may not think of, by the schema's words
 * @param tests the files of its packet tests
 * @param files where it comes from
 * @param inferred whether there was no {@code template.json}, and this was made from a bare configuration
 */
public record Template(
        String name,
        String version,
        String summary,
        List<Parameter> parameters,
        List<TemplateDevice> devices,
        SourceText configuration,
        long memory,
        Set<HealthLevel> ready,
        Duration heartbeat,
        Map<String, String> passes,
        List<String> tests,
        TemplateFiles files,
        boolean inferred) {

    /** A machine's memory when its template does not say. */
    public static final long DEFAULT_MEMORY = 8L << 20;

    /** The least memory that a machine forwards with. */
    public static final long LEAST_MEMORY = 4L << 20;

    /** How often the control level is asked when the template does not say. */
    public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(1);

    /** The name of the file that makes a folder a template. */
    public static final String FILE = "template.json";

    public Template {
        parameters = List.copyOf(parameters);
        devices = List.copyOf(devices);
        tests = List.copyOf(tests);
    }

    public Optional<Parameter> parameter(String wanted) {
        return parameters.stream().filter(it -> it.name().equals(wanted)).findFirst();
    }

    /** {@code firewall 1.0.0}. */
    public String nameAndVersion() {
        return name + " " + version;
    }

    /** What can be asked of a middlebox to know that it works, each stronger than the one before. */
    public enum HealthLevel {
        MACHINE("machine"),
        CONTROL("control"),
        FORWARDING("forwarding"),
        FUNCTION("function");

        private final String word;

        HealthLevel(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        static Optional<HealthLevel> of(String word) {
            return List.of(values()).stream().filter(it -> it.word.equals(word)).findFirst();
        }
    }
}
