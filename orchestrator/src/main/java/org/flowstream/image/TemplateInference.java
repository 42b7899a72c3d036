package org.flowstream.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateDevice;
import org.flowstream.template.TemplateDevice.Role;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateImage;

/** The template of a bare configuration: its devices are those that it names, all else has its default. */
final class TemplateInference {
    private static final Pattern NUMBERED = Pattern.compile("(?:eth)?([0-9]{1,3})");
    private static final List<Role> SIDES = List.of(Role.OUTSIDE, Role.INSIDE);

    private TemplateInference() {}

    /**
     * The template.
     *
     * @param used the names of devices in the configuration, in order
     */
    static Optional<Template> template(SourceText configuration, Set<String> used, Problems problems) {
        Map<Integer, List<String>> names = new TreeMap<>();
        List<String> others = new ArrayList<>();
        for (String name : used) {
            Matcher matcher = NUMBERED.matcher(name);
            if (matcher.matches()) {
                names.computeIfAbsent(Integer.parseInt(matcher.group(1)), number -> new ArrayList<>())
                        .add(name);
            } else {
                others.add(name);
            }
        }
        for (String name : others) {
            int free = 0;
            while (names.containsKey(free)) {
                free++;
            }
            names.put(free, new ArrayList<>(List.of(name)));
        }
        if (names.isEmpty()) {
            problems.add(
                    Position.of(configuration.file()),
                    "the configuration names no device, so that no packet can reach it");
            return Optional.empty();
        }
        int count = names.keySet().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        if (count > MachineId.MAX_DEVICES) {
            problems.add(
                    Position.of(configuration.file()),
                    "the configuration names device " + (count - 1) + "; a machine has at most " + MachineId.MAX_DEVICES
                            + ", from 0");
            return Optional.empty();
        }
        List<TemplateDevice> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Optional<Role> role = count <= SIDES.size() ? Optional.of(SIDES.get(i)) : Optional.empty();
            devices.add(new TemplateDevice(
                    role.map(Role::word).orElse("device" + i),
                    names.getOrDefault(i, List.of(Integer.toString(i))),
                    role,
                    DeviceMode.BUMP));
        }
        return Optional.of(new Template(
                nameOf(configuration.file()),
                "0.0.0",
                "The configuration " + configuration.file() + ".",
                List.of(),
                devices,
                new TemplateImage.Click(configuration),
                MiddleboxSpec.DEFAULT_MEMORY_MIB,
                HealthSpec.STANDARD,
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                new TemplateFiles.Single(configuration),
                true));
    }

    private static String nameOf(String file) {
        String base = file.substring(file.lastIndexOf('/') + 1).replaceFirst("\\.click$", "");
        String name =
                base.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^[^a-z]+|-+$", "");
        return name.isEmpty() ? "click" : name.substring(0, Math.min(31, name.length()));
    }
}
