package org.flowstream.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.GuestKind;
import org.flowstream.model.HealthSpec;
import org.flowstream.problem.SourceText;

/**
 * A template: what {@code template.json} says, and what its image is made of.
 *
 * @param name its name
 * @param version its version
 * @param summary one sentence that says what it does
 * @param parameters what may be set, in the order of the file
 * @param devices its sides, in the order of the machine's network interfaces
 * @param image what an image of it is made of
 * @param memoryMib the machine's memory, MiB
 * @param health when a middlebox of it is ready, and how often that is looked at
 * @param passes what becomes of packets that a user may not think of, by the schema's words
 * @param translates what flows look like on each side, when it changes addresses or ports
 * @param tests the files of its packet tests
 * @param functionTests names of the packet tests by which a machine shows that it works ({@link FunctionTests})
 * @param files where it comes from
 * @param inferred whether there was no {@code template.json}, and this was made from a bare configuration
 */
public record Template(
        String name,
        String version,
        String summary,
        List<Parameter> parameters,
        List<TemplateDevice> devices,
        TemplateImage image,
        int memoryMib,
        HealthSpec health,
        Map<String, String> passes,
        List<Translation> translates,
        List<String> tests,
        List<String> functionTests,
        TemplateFiles files,
        boolean inferred) {

    /** The least memory that a machine forwards with, MiB. */
    public static final int LEAST_MEMORY_MIB = 4;

    /** The memory of a guest of the user's own whose template says none, MiB. */
    public static final int FOREIGN_MEMORY_MIB = 128;

    /** The name of the file that makes a folder a template. */
    public static final String FILE = "template.json";

    public Template {
        parameters = List.copyOf(parameters);
        devices = List.copyOf(devices);
        translates = List.copyOf(translates);
        tests = List.copyOf(tests);
        functionTests = List.copyOf(functionTests);
    }

    public Optional<Parameter> parameter(String wanted) {
        return parameters.stream().filter(it -> it.name().equals(wanted)).findFirst();
    }

    /** Its Click configuration; empty where its image is something of the user's own. */
    public Optional<SourceText> configuration() {
        return image instanceof TemplateImage.Click click ? Optional.of(click.configuration()) : Optional.empty();
    }

    /** What its image makes of a middlebox. */
    public GuestKind guest() {
        return image instanceof TemplateImage.Foreign foreign ? foreign.kind() : GuestKind.ENGINE;
    }

    /** {@code firewall 1.0.0}. */
    public String nameAndVersion() {
        return name + " " + version;
    }
}
