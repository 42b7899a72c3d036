package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.flowstream.image.Elf.Segment;
import org.flowstream.model.ImageDigest;

/**
 * Makes an image: the runtime's bytes, then one segment with the compiled configuration and the manifest
 * (docs/contracts.md, 3). The same runtime, blob and manifest give the same bytes.
 */
public final class ImageBuilder {
    private static final int PAGE = 4096;
    private static final int NOTE_ALIGN = 4;

    private final RuntimeElf runtime;

    public ImageBuilder(RuntimeElf runtime) {
        this.runtime = runtime;
    }

    /** The image; one that would be larger than {@link Image#LARGEST} is refused. */
    public Image build(byte[] blob, Manifest manifest) {
        ImageSegment segment = new ImageSegment(blob, manifest.toJson().getBytes(UTF_8));
        int offset = Math.toIntExact(pageAligned(runtime.size()));
        long size = (long) offset + segment.length();
        if (size > Image.LARGEST) {
            throw new ImageException(
                    "the image would have " + size + " bytes, of which the runtime is " + runtime.size()
                            + ", the configuration " + blob.length + "; an image has at most " + Image.LARGEST);
        }
        byte[] bytes = Arrays.copyOf(runtime.bytes(), (int) size);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> spares = runtime.spares();
        long address = runtime.end();
        int length = segment.length();
        new Segment(Elf.PT_LOAD, Elf.PF_R, offset, address, length, length, PAGE).put(file, spares.get(0));
        new Segment(
                        Elf.PT_NOTE,
                        Elf.PF_R,
                        offset + segment.noteOffset(),
                        address + segment.noteOffset(),
                        segment.noteLength(),
                        segment.noteLength(),
                        NOTE_ALIGN)
                .put(file, spares.get(1));
        segment.put(file.position(offset));
        int digestAt = bytes.length - Sha256.SIZE;
        byte[] digest = Sha256.of(bytes, digestAt);
        System.arraycopy(digest, 0, bytes, digestAt, Sha256.SIZE);
        return new Image(bytes, ImageDigest.of(digest), manifest);
    }

    static long pageAligned(long at) {
        return (at + PAGE - 1) / PAGE * PAGE;
    }
}
