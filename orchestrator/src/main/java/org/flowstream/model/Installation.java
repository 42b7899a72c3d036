package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.flowstream.problem.BadValueException;

/**
 * Whose things on the host are whose, should two daemons share it: the path of the daemon's state folder. It is a part
 * of every tag; a daemon sweeps what carries its own and leaves the rest, while {@code purge} takes all.
 */
public record Installation(String stateFolder) {
    /** The daemon of an ordinary host. */
    public static final Installation STANDARD = new Installation("/var/lib/flowstream");

    public Installation {
        if (!stateFolder.startsWith("/") || stateFolder.chars().anyMatch(c -> c < ' ')) {
            throw BadValueException.expected(stateFolder, "the absolute path of a state folder");
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
