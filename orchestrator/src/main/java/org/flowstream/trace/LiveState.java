package org.flowstream.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Manifest;
import org.flowstream.lowering.HandlerValue;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.problem.Problems;

/**
 * What can be taken over from a running middlebox: the values of all handlers that can be both read and written, which is
 * what was changed since it started. What else an element remembers stays unknown.
 */
final class LiveState {
    private static final String CONFIG = "config";
    private static final List<String> NO_STATE = List.of("parameter", "button", "private", "differs");

    private final Map<String, String> texts;
    private final Map<String, byte[]> values = new TreeMap<>();

    private LiveState(Map<String, String> texts) {
        this.texts = texts;
    }

    static LiveState none() {
        return new LiveState(Map.of());
    }

    static LiveState read(
            LiveMachines machines, Name name, MachineId machine, Manifest manifest, ElementLibrary library)
            throws IOException {
        List<String> handlers = new ArrayList<>();
        Map<String, ElementClass> classes = new TreeMap<>();
        for (Manifest.Element element : manifest.elements()) {
            Optional<ElementClass> type = library.find(element.className());
            type.ifPresent(known -> classes.put(element.name(), known));
            type.stream()
                    .flatMap(known -> known.handlers().stream())
                    .filter(LiveState::carries)
                    .forEach(handler -> handlers.add(element.name() + "." + handler.name()));
        }
        LiveState state = new LiveState(machines.read(name, machine, handlers));
        state.texts.forEach((path, text) -> {
            String element = path.substring(0, path.lastIndexOf('.'));
            String handler = path.substring(path.lastIndexOf('.') + 1);
            ElementClass type = classes.get(element);
            if (type != null) {
                state.put(element, type, handler, text, library);
            }
        });
        return state;
    }

    private static boolean carries(ElementClass.Handler handler) {
        return handler.read()
                && handler.write()
                && (handler.flags() == null || NO_STATE.stream().noneMatch(handler.flags()::contains));
    }

    private void put(String element, ElementClass type, String handler, String text, ElementLibrary library) {
        boolean compiled =
                type.handler(handler).map(ElementClass.Handler::compiled).orElse(false);
        Optional<byte[]> value = compiled
                ? HandlerValue.compile(element, type, handler, text, library, new Problems())
                : Optional.of(text.getBytes(UTF_8));
        value.ifPresent(bytes -> values.put(element + "." + handler, bytes));
    }

    /** By handler, as the engine takes them. */
    Map<String, byte[]> values() {
        return values;
    }

    /** An element's arguments as they are now; empty when they cannot be changed while it runs. */
    Optional<String> config(String element) {
        return Optional.ofNullable(texts.get(element + "." + CONFIG));
    }
}
