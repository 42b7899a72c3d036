package org.flowstream.element;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The element classes of a runtime, as its build printed them (docs/contracts.md, section 4). */
public final class ElementLibrary {
    /** Where the runtime's jar keeps the descriptors of the runtime that it holds. */
    public static final String RESOURCE = "/org/flowstream/runtime/elements.json";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private record Document(
            String runtime, List<DropReason> dropReasons, List<ElementClass> classes, List<Absent> absent) {}

    private record Absent(String name, String hint) {}

    /**
     * A reason for which packets are lost.
     *
     * @param word the fixed word that machines compare
     * @param doc what it means
     */
    public record DropReason(String word, String doc) {}

    private final String runtime;
    private final List<DropReason> dropReasons;
    private final Map<String, ElementClass> classes = new TreeMap<>();
    private final Map<String, String> absent = new TreeMap<>();

    private ElementLibrary(Document document) {
        this.runtime = document.runtime;
        this.dropReasons = List.copyOf(document.dropReasons);
        document.classes.forEach(it -> classes.put(it.name(), it));
        document.absent.forEach(it -> absent.put(it.name(), it.hint()));
    }

    /** The library of the runtime on the class path. */
    public static ElementLibrary load() {
        try (InputStream stream = ElementLibrary.class.getResourceAsStream(RESOURCE)) {
            if (stream == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path: the runtime's jar is missing");
            }
            return parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8), RESOURCE);
        } catch (IOException e) {
            throw new IllegalStateException(RESOURCE + " cannot be read", e);
        }
    }

    /** The library in a file. */
    public static ElementLibrary read(Path file) throws IOException {
        return parse(Files.readString(file), file.toString());
    }

    /**
     * The library in a text.
     *
     * @param origin what messages call the text
     */
    public static ElementLibrary parse(String json, String origin) {
        try {
            var tree = MAPPER.readTree(json);
            Document document = new Document(
                    tree.path("runtime").asText(),
                    List.of(MAPPER.treeToValue(tree.path("drop_reasons"), DropReason[].class)),
                    List.of(MAPPER.treeToValue(tree.path("classes"), ElementClass[].class)),
                    tree.has("absent") ? List.of(MAPPER.treeToValue(tree.path("absent"), Absent[].class)) : List.of());
            return new ElementLibrary(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(origin + " is not a list of element classes: " + e.getOriginalMessage(), e);
        }
    }

    /** The runtime's version. */
    public String runtime() {
        return runtime;
    }

    public List<DropReason> dropReasons() {
        return dropReasons;
    }

    /** The class of a name; case counts. */
    public Optional<ElementClass> find(String name) {
        return Optional.ofNullable(classes.get(name));
    }

    /** What to use in place of a class of Click that is not here and will not be. */
    public Optional<String> inPlaceOf(String name) {
        return Optional.ofNullable(absent.get(name));
    }

    /** All classes by name. */
    public Collection<ElementClass> classes() {
        return List.copyOf(classes.values());
    }

    public Set<String> classNames() {
        return Set.copyOf(classes.keySet());
    }
}
