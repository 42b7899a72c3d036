package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.flowstream.image.Elf.Segment;
import org.flowstream.model.ImageDigest;

/** Reads images back: what they say of themselves, and whether they are what they were built as. */
public final class ImageFile {
    private ImageFile() {}

    /** The image in the file. One that is cut short, changed or of other making is an {@link ImageException}. */
    public static Image read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new ImageException(file + " is a folder, not an image");
            }
            if (Files.size(file) > Image.LARGEST) {
                throw new ImageException(file + " is no Flowstream image: it has " + Files.size(file)
                        + " bytes, and an image has at most " + Image.LARGEST);
            }
            return parse(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new ImageException("there is no file " + file, e);
        } catch (IOException e) {
            throw new ImageException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** The image in the bytes; errors begin with {@code name}. */
    public static Image parse(byte[] bytes, String name) {
        if (bytes.length > 0 && bytes[0] == '{') {
            return new Image(
                    bytes.clone(),
                    ImageDigest.of(Sha256.of(bytes, bytes.length)),
                    Manifest.parse(new String(bytes, UTF_8), name));
        }
        Elf elf = Elf.parse(bytes, name);
        Segment place = segment(elf, bytes, name);
        if (place.offset() + place.fileSize() != bytes.length) {
            throw new ImageException(name + " does not end with its Flowstream segment: something was added to it");
        }
        int digestAt = bytes.length - Sha256.SIZE;
        byte[] digest = Sha256.of(bytes, digestAt);
        if (!Arrays.equals(digest, 0, Sha256.SIZE, bytes, digestAt, bytes.length)) {
            throw new ImageException(name + " was changed after it was built: its digest says "
                    + ImageDigest.of(Arrays.copyOfRange(bytes, digestAt, bytes.length))
                    + ", its content is " + ImageDigest.of(digest));
        }
        ImageSegment segment = ImageSegment.parse(Arrays.copyOfRange(bytes, (int) place.offset(), bytes.length), name);
        return new Image(bytes.clone(), ImageDigest.of(digest), Manifest.parse(segment.manifestText(), name));
    }

    /** The compiled configuration of an image. */
    public static byte[] blob(Image image) {
        return ImageSegment.parse(segment(image), "the image").blob();
    }

    /** The segment of an image that is not the runtime's: its configuration, manifest and digest. */
    static byte[] segment(Image image) {
        byte[] bytes = image.bytes();
        Segment place = segment(Elf.parse(bytes, "the image"), bytes, "the image");
        return Arrays.copyOfRange(bytes, (int) place.offset(), bytes.length);
    }

    private static Segment segment(Elf elf, byte[] bytes, String name) {
        List<Segment> found = elf.segments().stream()
                .filter(Segment::isLoad)
                .filter(it -> it.fileSize() >= ImageSegment.MAGIC.length)
                .filter(it -> Arrays.equals(
                        ImageSegment.MAGIC,
                        0,
                        ImageSegment.MAGIC.length,
                        bytes,
                        (int) it.offset(),
                        (int) it.offset() + ImageSegment.MAGIC.length))
                .toList();
        if (found.size() != 1) {
            throw new ImageException(
                    name + " is an ELF file, but no Flowstream image: it has " + found.size() + " Flowstream segments");
        }
        return found.get(0);
    }
}
