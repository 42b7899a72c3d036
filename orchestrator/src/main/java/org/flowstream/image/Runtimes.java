package org.flowstream.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The runtimes that an image may be built on: one with every element class, and a compact one with the commonest alone.
 *
 * @param whole has all classes
 * @param compact has the compact classes; everything else is the same
 * @param compactClasses names of element classes
 */
public record Runtimes(RuntimeElf whole, RuntimeElf compact, Set<String> compactClasses) {
    private static final String WHOLE = "flowstream-pvh.elf";
    private static final String COMPACT = "flowstream-pvh-compact.elf";
    private static final String COMPACT_CLASSES = "compact.classes";

    /** The runtimes. */
    public Runtimes {
        compactClasses = Set.copyOf(compactClasses);
    }

    /** Those that come with the program. */
    public static Runtimes ofProgram() {
        String names = new String(resource(COMPACT_CLASSES), StandardCharsets.US_ASCII);
        return new Runtimes(
                RuntimeElf.of(resource(WHOLE), WHOLE),
                RuntimeElf.of(resource(COMPACT), COMPACT),
                names.lines().collect(Collectors.toSet()));
    }

    /** The smallest of them that has all these classes. */
    public RuntimeElf with(Collection<String> classes) {
        return compactClasses.containsAll(classes) ? compact : whole;
    }

    /** Whether a runtime is one of them. */
    public boolean has(String sha256) {
        return sha256.equals(whole.sha256()) || sha256.equals(compact.sha256());
    }

    /**
     * Whether a machine that was started with one runtime can take an image that was built on another: they are the same,
     * or both come from here and the machine's has all classes.
     */
    public boolean takes(String started, String built) {
        return started.equals(built) || (started.equals(whole.sha256()) && built.equals(compact.sha256()));
    }

    private static byte[] resource(String name) {
        return bytes("/org/flowstream/runtime/" + name);
    }

    /** A text that comes with the program. */
    static String text(String path) {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Runtimes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new ImageException("this program was built without a part of it, " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + name, e);
        }
    }
}
