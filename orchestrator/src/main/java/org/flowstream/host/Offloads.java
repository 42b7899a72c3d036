package org.flowstream.host;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.model.PortName;

/** Features of an interface by which it, or the kernel for it, joins, splits or finishes packets ({@code ethtool -k}). */
public final class Offloads {
    /** Those that join received frames into longer ones than a middlebox takes. */
    public static final List<String> JOINING = List.of("generic-receive-offload", "large-receive-offload", "rx-gro-hw");

    /** Those by which a sender leaves checksums and segmentation to hardware that a switch in user space is not. */
    public static final List<String> UNFINISHED =
            List.of("tx-checksumming", "tcp-segmentation-offload", "generic-segmentation-offload");

    /** The features that are summed up under another's name, which ethtool -K takes in their stead. */
    private static final String INDENT = "\t";

    private Offloads() {}

    /**
     * What is on and can be changed.
     *
     * @throws HostException if there is no such interface
     */
    public static Set<String> on(PortName name) {
        return on(Tool.HERE, name.text());
    }

    static Set<String> on(Tool tool, String name) {
        return parse(tool.run("ethtool", "-k", name));
    }

    /** Reads {@code feature: on|off [fixed]} lines; parts of a feature and what is fixed are left out. */
    static Set<String> parse(String text) {
        Set<String> on = new TreeSet<>();
        text.lines()
                .filter(line -> !line.startsWith(INDENT) && line.endsWith(": on"))
                .forEach(line -> on.add(line.substring(0, line.indexOf(':'))));
        return on;
    }

    /** Those of some features that are on and can be switched off. */
    public static List<String> on(PortName name, Collection<String> features) {
        Set<String> on = on(name);
        return features.stream().filter(on::contains).sorted().toList();
    }

    /** Switches features on or off; those that are so already are left. */
    public static void set(PortName name, Collection<String> features, boolean wanted) {
        if (features.isEmpty()) {
            return;
        }
        List<String> words = new ArrayList<>(List.of("ethtool", "-K", name.text()));
        for (String feature : features) {
            words.add(feature);
            words.add(wanted ? "on" : "off");
        }
        Tool.HERE.run(words.toArray(String[]::new));
        Set<String> on = on(name);
        for (String feature : features) {
            if (on.contains(feature) != wanted) {
                throw new HostException(
                        "ethtool did not switch " + feature + " of " + name + " " + (wanted ? "on" : "off"));
            }
        }
    }
}
