package org.flowstream.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.flowstream.model.ImageDigest;

/**
 * Large files that images name and do not hold, such as kernels: each is {@code HEX.part} beside the images, by the SHA-256
 * of its content, and serves all images that name it. They come piece by piece, and are there whole or not at all.
 */
public final class PartStore {
    /** The largest, bytes. */
    public static final long LARGEST = 16L << 30;

    private static final String END = ".part";
    private static final String UNFINISHED = ".part-unfinished";
    private static final int PIECE = 1 << 20;

    private final Path folder;

    /** The store in the images' folder. */
    public PartStore(Path folder) {
        this.folder = folder;
    }

    /** Where a part is, or would be. */
    public Path file(ImageDigest digest) {
        return folder.resolve(digest.hex() + END);
    }

    /** Whether it is here. */
    public boolean has(ImageDigest digest) {
        return Files.exists(file(digest));
    }

    /**
     * Takes a piece in; with the last one the part is there.
     *
     * @param offset where the piece stands; 0 begins anew
     * @param size of the whole part
     */
    public synchronized void put(ImageDigest digest, long offset, long size, byte[] piece) {
        Path half = folder.resolve(digest.hex() + UNFINISHED);
        try {
            Files.createDirectories(folder);
            if (size > LARGEST) {
                throw new ImageException("a file of " + size + " bytes is too large: it may have " + LARGEST);
            }
            long there = offset == 0 || !Files.exists(half) ? 0 : Files.size(half);
            if (offset != there || offset + piece.length > size) {
                throw new ImageException(
                        "a piece for byte " + offset + " of " + size + " does not fit behind " + there);
            }
            try (FileChannel channel = offset == 0
                    ? FileChannel.open(
                            half,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING)
                    : FileChannel.open(half, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                ByteBuffer buffer = ByteBuffer.wrap(piece);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(offset + piece.length == size);
            }
            if (offset + piece.length == size) {
                finish(digest, half);
            }
        } catch (IOException e) {
            throw new ImageException("cannot write " + half + ": " + e.getMessage(), e);
        }
    }

    private void finish(ImageDigest digest, Path half) throws IOException {
        ImageDigest found = digest(half);
        if (!found.equals(digest)) {
            Files.delete(half);
            throw new ImageException("the file's digest is " + found + ", not " + digest);
        }
        Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(half, file(digest), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes all parts but those that some image names. */
    public synchronized void keepOnly(Set<ImageDigest> named) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + END)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!named.contains(ImageDigest.parse(name.substring(0, name.length() - END.length())))) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            // There are none, then.
        } catch (IOException e) {
            throw new ImageException("cannot list " + folder + ": " + e.getMessage(), e);
        }
    }

    /** The digest of a file's content. */
    public static ImageDigest digest(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[PIECE];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
            return new ImageDigest(HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
