package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** The name of an image: the SHA-256 of its bytes, as 64 lower-case hexadecimal digits; shown as {@code sha256:HEX}. */
public record ImageDigest(String hex) implements Comparable<ImageDigest> {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
    private static final String PREFIX = "sha256:";
    private static final int BYTES = 32;

    public ImageDigest {
        if (!FORM.matcher(hex).matches()) {
            throw BadValueException.expected(hex, "an image digest, sha256: and 64 lower-case hexadecimal digits");
        }
    }

    /** From {@code sha256:HEX} or the bare digits. */
    @JsonCreator
    public static ImageDigest parse(String text) {
        if (!FORM.matcher(text).matches() && !text.startsWith(PREFIX)) {
            throw BadValueException.expected(text, "an image digest, sha256: and 64 lower-case hexadecimal digits");
        }
        return new ImageDigest(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
    }

    /** From the 32 bytes of the digest. */
    public static ImageDigest of(byte[] digest) {
        if (digest.length != BYTES) {
            throw BadValueException.expected(HexFormat.of().formatHex(digest), "the 32 bytes of a SHA-256");
        }
        return new ImageDigest(HexFormat.of().formatHex(digest));
    }

    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** The first twelve digits behind {@code sha256:}, for tables. */
    public String abbreviated() {
        return PREFIX + hex.substring(0, 12);
    }

    @Override
    public int compareTo(ImageDigest other) {
        return hex.compareTo(other.hex);
    }

    @JsonValue
    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
