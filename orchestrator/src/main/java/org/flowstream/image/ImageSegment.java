package org.flowstream.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The segment that makes a runtime an image: blob, note and digest behind a header (docs/contracts.md, 3). */
final class ImageSegment {
    static final byte[] MAGIC = "FSIMAGE1".getBytes(US_ASCII);
    private static final int HEADER = 64;
    private static final byte[] NOTE_NAME = "Flowstream\0".getBytes(US_ASCII);
    private static final int NOTE_TYPE = 1;
    private static final int NOTE_HEADER = 12;

    private final byte[] blob;
    private final byte[] manifest;

    /**
     * A segment that is to be put into a file.
     *
     * @param blob the compiled configuration
     * @param manifest the manifest's JSON, UTF-8
     */
    ImageSegment(byte[] blob, byte[] manifest) {
        this.blob = blob;
        this.manifest = manifest;
    }

    byte[] blob() {
        return blob;
    }

    int blobOffset() {
        return HEADER;
    }

    int noteOffset() {
        return aligned(HEADER + blob.length, 8);
    }

    int noteLength() {
        return NOTE_HEADER + aligned(NOTE_NAME.length, 4) + aligned(manifest.length, 4);
    }

    int manifestOffset() {
        return noteOffset() + NOTE_HEADER + aligned(NOTE_NAME.length, 4);
    }

    int digestOffset() {
        return aligned(noteOffset() + noteLength(), 8);
    }

    int length() {
        return digestOffset() + Sha256.SIZE;
    }

    /** Puts all but the digest, which depends on the rest of the file. */
    void put(ByteBuffer file) {
        ByteBuffer segment = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        segment.put(0, MAGIC)
                .putInt(8, length())
                .putInt(12, blobOffset())
                .putInt(16, blob.length)
                .putInt(20, noteOffset())
                .putInt(24, noteLength())
                .putInt(28, manifestOffset())
                .putInt(32, manifest.length)
                .putInt(36, digestOffset());
        segment.put(blobOffset(), blob);
        segment.putInt(noteOffset(), NOTE_NAME.length)
                .putInt(noteOffset() + 4, manifest.length)
                .putInt(noteOffset() + 8, NOTE_TYPE)
                .put(noteOffset() + NOTE_HEADER, NOTE_NAME)
                .put(manifestOffset(), manifest);
    }

    /** The segment in the bytes, which are exactly it. Errors begin with {@code name}. */
    static ImageSegment parse(byte[] bytes, String name) {
        ByteBuffer segment = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER + Sha256.SIZE) {
            throw new ImageException(name + ": its Flowstream segment is too short");
        }
        byte[] blob = part(segment, 12, name, "blob");
        byte[] manifest = part(segment, 28, name, "manifest");
        ImageSegment parsed = new ImageSegment(blob, manifest);
        byte[] again = new byte[bytes.length];
        if (parsed.length() == bytes.length) {
            parsed.put(ByteBuffer.wrap(again));
        }
        if (parsed.length() != bytes.length
                || !Arrays.equals(again, 0, parsed.digestOffset(), bytes, 0, parsed.digestOffset())) {
            throw new ImageException(name + ": its Flowstream segment is not of the known form");
        }
        return parsed;
    }

    private static byte[] part(ByteBuffer segment, int at, String name, String what) {
        int offset = segment.getInt(at);
        int length = segment.getInt(at + 4);
        if (offset < HEADER || length < 0 || offset > segment.capacity() - length) {
            throw new ImageException(name + ": the " + what + " lies outside its Flowstream segment");
        }
        byte[] bytes = new byte[length];
        segment.get(offset, bytes);
        return bytes;
    }

    String manifestText() {
        return new String(manifest, UTF_8);
    }

    private static int aligned(int size, int to) {
        return (size + to - 1) / to * to;
    }
}
