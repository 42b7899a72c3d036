package org.flowstream.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.model.ImageDigest;

/**
 * The images of a host, each a file {@code HEX.elf}, or {@code HEX.image} of something of the user's, in one folder. Several
 * programs may use the folder at once: a file is there whole or not at all, and never changes.
 */
public final class ImageStore {
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{64})\\.(elf|image)");
    private static final String FOREIGN = ".image";
    private static final Duration LONGEST_WRITE = Duration.ofMinutes(10);

    private final Path folder;
    private final Map<ImageDigest, Map<String, Object>> verified = new ConcurrentHashMap<>();
    private final PartStore parts;

    /** The store in the folder, which is made when the first image is put in. */
    public ImageStore(Path folder) {
        this.folder = folder;
        this.parts = new PartStore(folder);
    }

    /**
     * An image in the store.
     *
     * @param size bytes
     * @param stored when it was put in
     */
    public record Entry(ImageDigest digest, Manifest manifest, long size, Instant stored, Path file) {}

    /**
     * What the store holds.
     *
     * @param entries the images, the latest first
     * @param unreadable what is wrong with files that are named like images and are none
     */
    public record Listing(List<Entry> entries, List<String> unreadable) {
        public Listing {
            entries = List.copyOf(entries);
            unreadable = List.copyOf(unreadable);
        }
    }

    /** The large files that images name. */
    public PartStore parts() {
        return parts;
    }

    /** Whether an image that is here is of something of the user's own. */
    public boolean isForeign(ImageDigest digest) {
        return Files.exists(folder.resolve(digest.hex() + FOREIGN));
    }

    /** Where an image is, or would be. */
    public Path file(ImageDigest digest) {
        return folder.resolve(digest.hex() + (isForeign(digest) ? FOREIGN : ".elf"));
    }

    /** Puts an image in, unless it is there already as it was built, and answers its file. */
    public Path put(Image image) {
        Path file = image.manifest().guest().kind().isForeign()
                ? folder.resolve(image.digest().hex() + FOREIGN)
                : file(image.digest());
        try {
            Files.createDirectories(folder);
            removeUnfinished();
            if (!holds(file, image.digest())) {
                image.writeTo(file);
            }
            return file;
        } catch (IOException e) {
            throw new ImageException("cannot put the image into " + folder + ": " + reason(e), e);
        }
    }

    /** Whether a file is this image; one that was damaged since is none, and what is put in takes its place. */
    private static boolean holds(Path file, ImageDigest digest) {
        try {
            return Files.exists(file) && ImageFile.read(file).digest().equals(digest);
        } catch (ImageException e) {
            return false;
        }
    }

    /** The image of the name; its content is checked. */
    public Image get(ImageDigest digest) {
        Path file = file(digest);
        if (!Files.exists(file)) {
            throw new ImageException("there is no image " + digest + " in " + folder);
        }
        return ImageFile.read(file);
    }

    /**
     * Makes sure that an image is there whole, and is the one of its name. A file that did not change since it was found so
     * is not read again: a start would wait for that.
     */
    public void verify(ImageDigest digest) {
        Map<String, Object> now = version(file(digest));
        if (!now.equals(verified.get(digest))) {
            Image image = get(digest);
            if (!image.digest().equals(digest)) {
                throw new ImageException(file(digest) + " is another image: " + image.digest());
            }
            verified.put(digest, now);
        }
    }

    /** What of a file changes with its content: the time of its last change of any kind can be set by nobody. */
    private static Map<String, Object> version(Path file) {
        try {
            return Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime");
        } catch (IOException e) {
            // Whoever reads it says what is wrong.
            return Map.of();
        }
    }

    /** The one image whose name begins with the digits. */
    public ImageDigest find(String hexPrefix) {
        List<ImageDigest> found =
                digests().stream().filter(it -> it.hex().startsWith(hexPrefix)).toList();
        if (found.isEmpty()) {
            throw new ImageException("there is no image sha256:" + hexPrefix + " in " + folder);
        }
        if (found.size() > 1) {
            throw new ImageException(
                    "sha256:" + hexPrefix + " begins the names of " + found.size() + " images: give more digits");
        }
        return found.get(0);
    }

    /** All images, the latest first. */
    public Listing list() {
        List<Entry> entries = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        for (ImageDigest digest : digests()) {
            Path file = file(digest);
            try {
                Image image = ImageFile.read(file);
                if (image.digest().equals(digest)) {
                    entries.add(new Entry(
                            digest,
                            image.manifest(),
                            image.size(),
                            Files.getLastModifiedTime(file).toInstant(),
                            file));
                } else {
                    unreadable.add(file + " is another image: " + image.digest());
                }
            } catch (ImageException e) {
                unreadable.add(e.getMessage());
            } catch (NoSuchFileException e) {
                // Removed by another program since the folder was listed: not there is what it is.
            } catch (IOException e) {
                unreadable.add(file + ": " + reason(e));
            }
        }
        entries.sort(Comparator.comparing(Entry::stored).reversed().thenComparing(Entry::digest));
        return new Listing(entries, unreadable);
    }

    /** Takes an image out; whoever asks knows that nothing needs it. Answers false when there was none. */
    public boolean remove(ImageDigest digest) {
        try {
            boolean foreign = isForeign(digest);
            boolean there = Files.deleteIfExists(file(digest));
            if (foreign) {
                Set<ImageDigest> named = new HashSet<>();
                list().entries()
                        .forEach(entry -> named.addAll(entry.manifest().guest().parts()));
                parts.keepOnly(named);
            }
            return there;
        } catch (IOException e) {
            throw new ImageException("cannot remove " + file(digest) + ": " + reason(e), e);
        }
    }

    private List<ImageDigest> digests() {
        List<ImageDigest> digests = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                Matcher matcher = NAME.matcher(name);
                if (matcher.matches()) {
                    digests.add(ImageDigest.parse(matcher.group(1)));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new ImageException("cannot list " + folder + ": " + reason(e), e);
        }
        return digests;
    }

    /** Removes what a program that was killed while it wrote has left. */
    private void removeUnfinished() throws IOException {
        Instant old = Instant.now().minus(LONGEST_WRITE);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*" + WholeFile.UNFINISHED)) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException e) {
                    // Its writer has finished, and it is gone as it should be.
                }
            }
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }
}
