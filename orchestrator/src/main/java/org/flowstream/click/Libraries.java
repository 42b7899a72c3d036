package org.flowstream.click;

import java.util.Optional;
import org.flowstream.problem.SourceText;

/** Where {@code require(library NAME)} finds configurations. */
public interface Libraries {
    /** No library is found. */
    Libraries NONE = (name, file) -> Optional.empty();

    /**
     * The text of a library.
     *
     * @param name as it is required
     * @param file the file that requires it
     */
    Optional<SourceText> find(String name, String file);
}
