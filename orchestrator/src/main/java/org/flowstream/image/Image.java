package org.flowstream.image;

import java.io.IOException;
import java.nio.file.Path;
import org.flowstream.model.ImageDigest;

/** An image: one bootable ELF file, named by its digest; equal to another when its name is. */
public final class Image {
    /** The largest image, bytes. */
    public static final int LARGEST = 768 << 10;

    private final byte[] bytes;
    private final ImageDigest digest;
    private final Manifest manifest;

    Image(byte[] bytes, ImageDigest digest, Manifest manifest) {
        this.bytes = bytes;
        this.digest = digest;
        this.manifest = manifest;
    }

    /** The whole file. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The file's size, bytes. */
    public int size() {
        return bytes.length;
    }

    /** The SHA-256 of the file without its last 32 bytes, which are the digest. */
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
