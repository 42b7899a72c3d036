package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.click.GraphElement;

/** Finds elements by name, as the runtime does: within the compound elements around an element first. */
final class ElementNames {
    private ElementNames() {}

    /** The element that {@code name} means inside the compound elements of the given element. */
    static Optional<GraphElement> find(Given given, String name) {
        String around = given.elementName();
        while (true) {
            int slash = around.lastIndexOf('/');
            around = slash < 0 ? "" : around.substring(0, slash);
            Optional<GraphElement> found = given.graph().element(around.isEmpty() ? name : around + "/" + name);
            if (found.isPresent() || around.isEmpty()) {
                return found;
            }
        }
    }
}
