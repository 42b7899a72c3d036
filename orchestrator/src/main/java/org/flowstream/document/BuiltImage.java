package org.flowstream.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.image.Manifest;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.GuestKind;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.template.Template;

/**
 * What a middlebox is made from, when it is built.
 *
 * @param template empty for an image that was built before
 */
public record BuiltImage(ImageDigest digest, Manifest manifest, TemplateOrigin origin, Optional<Template> template) {
    /** A middlebox of it, with the template's resources and health. */
    public MiddleboxSpec middlebox(Name name, HypervisorChoice hypervisor, List<DeviceWiring> devices) {
        return middlebox(name, hypervisor, Math.toIntExact(manifest.memory() >> 20), manifest.health(), devices);
    }

    MiddleboxSpec middlebox(
            Name name, HypervisorChoice hypervisor, int memoryMib, HealthSpec health, List<DeviceWiring> devices) {
        return new MiddleboxSpec(
                name,
                manifest.template() + " " + manifest.version(),
                origin,
                parameters(),
                digest,
                manifest.guest().kind(),
                memoryMib,
                1,
                // A program is a process: on its own "auto" means nothing else.
                manifest.guest().kind() == GuestKind.PROGRAM && hypervisor == HypervisorChoice.AUTO
                        ? HypervisorChoice.PROCESS
                        : hypervisor,
                health,
                devices);
    }

    /** The values that are not as the template has them; all, where the template is not known. */
    public Map<String, JsonNode> parameters() {
        Map<String, JsonNode> parameters = new TreeMap<>();
        manifest.parameters().forEach((name, value) -> {
            boolean ordinary = template.flatMap(it -> it.parameter(name))
                    .filter(it -> it.defaultValue().equals(value))
                    .isPresent();
            if (!ordinary) {
                parameters.put(name, ParameterJson.of(value));
            }
        });
        return parameters;
    }
}
