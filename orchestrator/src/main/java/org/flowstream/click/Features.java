package org.flowstream.click;

import java.util.Set;

/** What a configuration may require besides element classes: the words of Click's that hold of the runtime. */
public final class Features {
    private static final Set<String> PROVIDED = Set.of("userlevel", "linux", "ip6", "int64", "FromFile");

    private Features() {}

    /** Whether {@code require(name)} holds. */
    public static boolean provided(String name) {
        return PROVIDED.contains(name);
    }
}
