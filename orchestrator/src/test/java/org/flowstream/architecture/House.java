package org.flowstream.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.DependsOn;

/**
 * The rows of packages below one root, and what breaks their order.
 *
 * <p>A package imports from earlier rows, and from those packages of its own row that its {@code package-info} names
 * with {@link DependsOn}. Packages are flat: a package below a package is an unlisted one. A listed package may be
 * absent.
 */
final class House {
    private final String root;
    private final Map<String, Integer> rows = new HashMap<>();

    House(String root, List<List<String>> rows) {
        this.root = root;
        for (int row = 0; row < rows.size(); row++) {
            for (String name : rows.get(row)) {
                if (this.rows.put(name, row) != null) {
                    throw new IllegalArgumentException("package " + name + " stands in two rows");
                }
            }
        }
    }

    /** Every violation among the classes, one line each, sorted; classes outside the root are not looked at. */
    List<String> violations(JavaClasses classes) {
        Set<String> found = new TreeSet<>();
        Map<String, Set<String>> named = new TreeMap<>();
        for (JavaClass origin : classes) {
            Optional<String> from = nameOf(origin);
            if (from.isEmpty()) {
                continue;
            }
            if (!rows.containsKey(from.get())) {
                found.add("package " + from.get() + " stands in no row");
                continue;
            }
            Set<String> allowed = named.computeIfAbsent(from.get(), name -> namedBy(name, origin.getPackage(), found));
            origin.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .distinct()
                    .forEach(target -> nameOf(target)
                            .filter(to -> !to.equals(from.get()) && !mayImport(from.get(), to, allowed))
                            .ifPresent(to -> found.add(from.get() + " imports " + to + ": " + origin.getName() + " -> "
                                    + target.getName())));
        }
        cycle(named).ifPresent(found::add);
        return new ArrayList<>(found);
    }

    private boolean mayImport(String from, String to, Set<String> allowed) {
        return rows.containsKey(to) && (row(to) < row(from) || allowed.contains(to));
    }

    /** The own-row packages that a package names; a name from elsewhere is a violation. */
    private Set<String> namedBy(String name, JavaPackage javaPackage, Set<String> found) {
        Set<String> named = new TreeSet<>();
        Optional<String[]> names = javaPackage
                .tryGetPackageInfo()
                .flatMap(info -> info.tryGetAnnotationOfType(DependsOn.class.getName()))
                .flatMap(annotation -> annotation.tryGetExplicitlyDeclaredProperty("value"))
                .map(String[].class::cast);
        for (String other : names.orElseGet(() -> new String[0])) {
            if (!rows.containsKey(other) || row(other) != row(name) || other.equals(name)) {
                found.add("package " + name + " names " + other + ", which is not another package of its row");
            }
            named.add(other);
        }
        return named;
    }

    /** A circle among the named packages, as a violation. */
    private static Optional<String> cycle(Map<String, Set<String>> named) {
        Set<String> done = new HashSet<>();
        for (String start : named.keySet()) {
            Optional<String> cycle = cycleFrom(start, named, new ArrayList<>(), done);
            if (cycle.isPresent()) {
                return cycle;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> cycleFrom(
            String name, Map<String, Set<String>> named, List<String> path, Set<String> done) {
        if (path.contains(name)) {
            return Optional.of("packages name each other in a circle: "
                    + String.join(" -> ", path.subList(path.indexOf(name), path.size())) + " -> " + name);
        }
        if (!done.contains(name)) {
            path.add(name);
            for (String next : named.getOrDefault(name, Collections.emptySet())) {
                Optional<String> cycle = cycleFrom(next, named, path, done);
                if (cycle.isPresent()) {
                    return cycle;
                }
            }
            path.remove(path.size() - 1);
            done.add(name);
        }
        return Optional.empty();
    }

    private int row(String name) {
        Integer row = rows.get(name);
        if (row == null) {
            throw new IllegalArgumentException("package " + name + " stands in no row");
        }
        return row;
    }

    /** The package's name below the root; empty outside it, and for the root itself, which holds annotations only. */
    private Optional<String> nameOf(JavaClass javaClass) {
        String name = javaClass.getPackageName();
        return name.startsWith(root + ".") ? Optional.of(name.substring(root.length() + 1)) : Optional.empty();
    }
}
