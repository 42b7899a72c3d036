package org.flowstream.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** The runtimes of an earlier version: those of the program with a letter changed in an error's text, so they boot alike. */
public final class OldRuntimes {
    private static final String NOW = "configuration blob: version ";
    private static final String THEN = "configuration blob: Version ";

    private OldRuntimes() {}

    public static Runtimes ofProgram() {
        Runtimes now = Runtimes.ofProgram();
        return new Runtimes(old(now.whole()), old(now.compact()), now.compactClasses());
    }

    private static RuntimeElf old(RuntimeElf now) {
        String bytes = new String(now.bytes(), ISO_8859_1);
        if (!bytes.contains(NOW)) {
            throw new IllegalStateException("the runtime has no text '" + NOW + "': choose another one here");
        }
        return RuntimeElf.of(bytes.replace(NOW, THEN).getBytes(ISO_8859_1), "an earlier runtime");
    }
}
