package org.flowstream.click;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The classes that are known in a compound element: its own, and those around it. */
final class ClassScope {
    private final @Nullable ClassScope around;
    private final Set<String> library;
    private final Map<String, ClassReference> own = new HashMap<>();

    private ClassScope(@Nullable ClassScope around, Set<String> library) {
        this.around = around;
        this.library = library;
    }

    static ClassScope ofLibrary(Set<String> classes) {
        return new ClassScope(null, classes);
    }

    ClassScope inner() {
        return new ClassScope(this, library);
    }

    Optional<ClassReference> find(String name) {
        for (ClassScope scope = this; scope != null; scope = scope.around) {
            ClassReference found = scope.own.get(name);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return library.contains(name) ? Optional.of(new ClassReference.Library(name)) : Optional.empty();
    }

    void put(String name, ClassReference type) {
        own.put(name, type);
    }

    /** The names of all classes but those that were reported as unknown, for suggestions. */
    Set<String> names() {
        Set<String> names = new LinkedHashSet<>(library);
        for (ClassScope scope = this; scope != null; scope = scope.around) {
            scope.own.forEach((name, type) -> {
                if (!(type instanceof ClassReference.Unknown)) {
                    names.add(name);
                }
            });
        }
        return names;
    }
}
