package org.flowstream.image;

import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.flowstream.image.Elf.Segment;

/** The runtime: a bootable ELF file without a configuration, and with two program headers to spare for one. */
public final class RuntimeElf {
    private static final int SPARES = 2;

    private final byte[] bytes;
    private final Elf elf;
    private final String sha256;

    private RuntimeElf(byte[] bytes, Elf elf) {
        this.bytes = bytes;
        this.elf = elf;
        this.sha256 = HexFormat.of().formatHex(Sha256.of(bytes, bytes.length));
    }

    /**
     * The runtime in the bytes, which must be an ELF file with two spare program headers.
     *
     * @param name how errors call the file
     */
    public static RuntimeElf of(byte[] bytes, String name) {
        Elf elf = Elf.parse(bytes, name);
        if (elf.placesOf(Elf.PT_LOAD).isEmpty()) {
            throw new ImageException(name + " has nothing to load");
        }
        int spares = elf.placesOf(Elf.PT_NULL).size();
        if (spares != SPARES) {
            throw new ImageException(
                    name + " is no runtime: it has " + spares + " spare program headers, not " + SPARES);
        }
        return new RuntimeElf(bytes.clone(), elf);
    }

    /** Its SHA-256 in hex. */
    public String sha256() {
        return sha256;
    }

    /** Its size, bytes. */
    public int size() {
        return bytes.length;
    }

    /** The first free address behind everything that it loads, a multiple of the page size. */
    long end() {
        return elf.segments().stream()
                .filter(Segment::isLoad)
                .map(it -> it.address() + it.memorySize())
                .max(Comparator.naturalOrder())
                .map(ImageBuilder::pageAligned)
                .orElseThrow();
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the two spare program headers stand. */
    List<Integer> spares() {
        return elf.placesOf(Elf.PT_NULL);
    }
}
