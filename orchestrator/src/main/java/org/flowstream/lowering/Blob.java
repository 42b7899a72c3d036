package org.flowstream.lowering;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.element.ElementLibrary;

/** A compiled configuration, as the runtime loads it. */
public final class Blob {
    private final byte[] bytes;
    private final Map<String, List<String>> rules;

    Blob(byte[] bytes, Map<String, List<String>> rules) {
        this.bytes = bytes.clone();
        this.rules = new HashMap<>(rules);
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    /**
     * The texts of an element's repeated arguments, such as its rules, in order: what a rule's number stands for. Empty
     * for an element without.
     */
    public List<String> rules(String element) {
        return rules.getOrDefault(element, List.of());
    }

    /** What the bytes say, as text to read and to compare. */
    public String dump(ElementLibrary library) {
        return new BlobDump(bytes, library).text();
    }
}
