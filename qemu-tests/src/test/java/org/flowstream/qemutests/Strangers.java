package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flowstream.model.Installation;

/**
 * Other runs of these tests on the same host, from other working trees: what is known to be theirs is no leftover of
 * ours. Each run keeps its daemons' folders in /tmp/fstPID-…, and its number is a part of all it names.
 *
 * @param homes their folders
 * @param marks of their installations
 * @param numbers of their processes
 */
record Strangers(Set<String> homes, Set<String> marks, Set<Long> numbers) {
    private static final Path TEMPORARY = Path.of("/tmp");
    private static final Pattern HOME = Pattern.compile("fst(\\d+)-.*");
    private static final Pattern NAME = Pattern.compile("\\bfst(?:br|fb|-)?(\\d+)[a-z]?\\b");

    /** A folder for a daemon of this run; QEMU's user reaches what is below. */
    static Path newHome() {
        try {
            Path home = Files.createTempDirectory(
                    TEMPORARY, "fst" + ProcessHandle.current().pid() + "-");
            home.toFile().setExecutable(true, false);
            home.toFile().setReadable(true, false);
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Strangers now() {
        Set<String> homes = new HashSet<>();
        Set<String> marks = new HashSet<>();
        Set<Long> numbers = new HashSet<>();
        try (Stream<Path> folders = Files.list(TEMPORARY)) {
            folders.forEach(folder -> {
                Matcher home = HOME.matcher(String.valueOf(folder.getFileName()));
                if (home.matches()
                        && Long.parseLong(home.group(1))
                                != ProcessHandle.current().pid()) {
                    homes.add(folder + "/");
                    numbers.add(Long.parseLong(home.group(1)));
                    int mark = new Installation(folder.resolve("state").toString()).mark();
                    marks.add(String.format(Locale.ROOT, "%06x", mark));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Strangers(homes, marks, numbers);
    }

    /** Whether a line of {@link Leftovers} tells of something of theirs. */
    boolean own(String thing) {
        if (homes.stream().anyMatch(thing::contains)) {
            return true;
        }
        if (thing.startsWith("domain flowstream.")
                && marks.stream().anyMatch(mark -> thing.startsWith("domain flowstream." + mark + "-"))) {
            return true;
        }
        if (thing.contains("cookie=0x466c")
                && marks.stream().anyMatch(mark -> thing.matches(".*cookie=0x466c..0*" + mark + "[0-9a-f]{4}.*"))) {
            return true;
        }
        if (thing.startsWith("link ") && homes.stream().anyMatch(alias(thing.substring(5))::contains)) {
            return true;
        }
        Matcher name = NAME.matcher(thing);
        return name.find() && numbers.stream().anyMatch(number -> isOf(number, Long.parseLong(name.group(1))));
    }

    /** Names hold the last digits of a process's number. */
    private static boolean isOf(long process, long number) {
        return process == number || process % 1_000_000 == number || process % 100_000 == number;
    }

    private static String alias(String link) {
        try {
            return Files.readString(Path.of("/sys/class/net", link, "ifalias"));
        } catch (IOException e) {
            return ""; // gone meanwhile
        }
    }
}
