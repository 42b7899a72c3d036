package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.stream.Collectors;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Manifest;
import org.flowstream.lowering.HandlerValue;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.jspecify.annotations.Nullable;

/** What is written to handlers: as it was given, or compiled where the handler takes compiled text. */
final class HandlerValues {
    private @Nullable ElementLibrary loaded;

    /** Loaded when it is first needed: most daemons never need it. */
    private synchronized ElementLibrary library() {
        if (loaded == null) {
            loaded = ElementLibrary.load();
        }
        return loaded;
    }

    /**
     * The bytes to write.
     *
     * @param path {@code ELEMENT.HANDLER}
     * @param manifest the middlebox's
     */
    byte[] of(String path, byte[] given, Optional<Manifest> manifest) {
        int dot = path.lastIndexOf('.');
        if (dot <= 0) {
            return given;
        }
        String element = path.substring(0, dot);
        String handler = path.substring(dot + 1);
        Optional<ElementClass> type = manifest.stream()
                .flatMap(it -> it.elements().stream())
                .filter(it -> it.name().equals(element))
                .findFirst()
                .flatMap(it -> library().find(it.className()))
                .filter(it ->
                        it.handler(handler).map(ElementClass.Handler::compiled).orElse(false));
        return type.map(it -> compile(element, it, handler, new String(given, UTF_8)))
                .orElse(given);
    }

    private byte[] compile(String element, ElementClass type, String handler, String text) {
        Problems problems = new Problems();
        return HandlerValue.compile(element, type, handler, text, library(), problems)
                .orElseThrow(() -> ApiProblem.refused(
                        problems.list().stream().map(Problem::toString).collect(Collectors.joining("\n")), null));
    }
}
