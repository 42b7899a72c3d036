package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.flowstream.model.ImageDigest;

/**
 * An image: one file, named by its digest; equal to another when its name is. Of the engine it is an ELF file that boots;
 * of something of the user's it is its manifest alone, which says what is run and how.
 */
public final class Image {
    /** The largest image, bytes. */
    public static final int LARGEST = 768 << 10;

    private final byte[] bytes;
    private final ImageDigest digest;
    private final Manifest manifest;
    private final Map<ImageDigest, Path> parts;

    Image(byte[] bytes, ImageDigest digest, Manifest manifest) {
        this(bytes, digest, manifest, Map.of());
    }

    private Image(byte[] bytes, ImageDigest digest, Manifest manifest, Map<ImageDigest, Path> parts) {
        this.bytes = bytes;
        this.digest = digest;
        this.manifest = manifest;
        this.parts = Map.copyOf(parts);
    }

    /** Where the large files are that it names, as far as it was built here. */
    public Map<ImageDigest, Path> parts() {
        return parts;
    }

    /** The whole file. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The file's size, bytes. */
    public int size() {
        return bytes.length;
    }

    /** The image of something of the user's; its digest is the SHA-256 of the whole file. */
    static Image ofForeign(Manifest manifest, Map<ImageDigest, Path> parts) {
        byte[] bytes = (manifest.toJson() + "\n").getBytes(UTF_8);
        if (bytes.length > LARGEST) {
            throw new ImageException("the image would have " + bytes.length
                    + " bytes, most of them the template's files; an image has at most " + LARGEST);
        }
        return new Image(bytes, ImageDigest.of(Sha256.of(bytes, bytes.length)), manifest, parts);
    }

    /** Of the engine: the SHA-256 of the file without its last 32 bytes, which are the digest. */
    public ImageDigest digest() {
        return digest;
    }

    /** What it says of itself. */
    public Manifest manifest() {
        return manifest;
    }

    /** Writes the file whole, or not at all. */
    public void writeTo(Path file) throws IOException {
        WholeFile.write(file, bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Image image && digest.equals(image.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return manifest.template() + " " + manifest.version() + " " + digest.abbreviated();
    }
}
