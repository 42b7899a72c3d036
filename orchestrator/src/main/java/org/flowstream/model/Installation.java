package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.flowstream.problem.BadValueException;

/**
 * Whose things on the host are whose, should two daemons share it: the path of the daemon's state folder. It is a part
 * of every tag that holds a text; where there is room for a number only, there is its {@link #mark}. A daemon sweeps
 * what carries its own and leaves the rest.
 */
public record Installation(String stateFolder) {
    /** The daemon of an ordinary host. */
    public static final Installation STANDARD = new Installation("/var/lib/flowstream");

    public Installation {
        if (!stateFolder.startsWith("/") || stateFolder.chars().anyMatch(c -> c < ' ')) {
            throw BadValueException.expected(stateFolder, "the absolute path of a state folder");
        }
    }

    /**
     * 24 bits that stand for it in a cookie and in a domain's name: the first of the path's SHA-256. Of two installations
     * on a host one pair in sixteen million shares them.
     */
    public int mark() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(stateFolder.getBytes(StandardCharsets.UTF_8));
            return (hash[0] & 0xff) << 16 | (hash[1] & 0xff) << 8 | (hash[2] & 0xff);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @JsonCreator
    public static Installation parse(String text) {
        return new Installation(text);
    }

    @JsonValue
    @Override
    public String toString() {
        return stateFolder;
    }
}
