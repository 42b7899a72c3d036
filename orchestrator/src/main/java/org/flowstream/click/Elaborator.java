package org.flowstream.click;

import java.util.Map;
import java.util.Optional;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/** Makes a graph of a syntax tree: names and numbers elements, expands variables, compound elements and port lists. */
public final class Elaborator {
    private Elaborator() {}

    /**
     * The graph of a configuration. What is wrong is reported once; an element of an unknown class stays in the graph, so
     * that its neighbours are connected.
     *
     * @param variables values, as Click text, for variables of the configuration; they win over its {@code define}s
     * @param library the element classes that there are
     * @param problems takes everything that is wrong
     */
    public static Graph elaborate(
            Configuration configuration, Map<String, String> variables, ElementLibrary library, Problems problems) {
        return elaborate(configuration, variables, library, Libraries.NONE, problems);
    }

    /**
     * The same.
     *
     * @param libraries where configurations are that it requires
     */
    public static Graph elaborate(
            Configuration configuration,
            Map<String, String> variables,
            ElementLibrary library,
            Libraries libraries,
            Problems problems) {
        int before = problems.count();
        BodyReader reader = new BodyReader(library, libraries, problems);
        Body body = reader.read(configuration);
        Variables scope = new Variables(Optional.empty(), 0, problems);
        variables.forEach((name, value) -> scope.put(name, given(name, value)));
        body.definitions.forEach(scope::define);
        body.nameAnonymous();
        SourceText source = configuration.source();
        Expander expander = new Expander(source.position(source.text().length()), problems);
        expander.expand(body, scope);
        return expander.graph(reader.whole(), problems.count() == before, reader.requirements());
    }

    private static ConfigText given(String name, String value) {
        return ConfigText.of(value, new Place(new SourceText("$" + name, value), 0, value.length()));
    }
}
