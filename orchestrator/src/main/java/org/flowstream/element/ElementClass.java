package org.flowstream.element;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The descriptor of an element class.
 *
 * @param name the class
 * @param ports how many inputs and outputs: {@code 1/1}, {@code 1-2/1-}, {@code 1/=arguments}
 * @param processing push, pull or agnostic: {@code h/h}, {@code a/ah}
 * @param flow Click's flow code
 * @param args the arguments that it takes, in order
 * @param handlers its handlers
 * @param effectsText what it may do to packets; null when that is not known
 * @param summary one line about it
 * @param doc the rest of its reference entry, Markdown
 * @param group the group of its source file
 * @param file its source file
 */
public record ElementClass(
        String name,
        String ports,
        String processing,
        String flow,
        List<Argument> args,
        List<Handler> handlers,
        @JsonProperty("effects") @Nullable String effectsText,
        String summary,
        String doc,
        String group,
        String file) {

    public ElementClass {
        args = args == null ? List.of() : List.copyOf(args);
        handlers = handlers == null ? List.of() : List.copyOf(handlers);
        summary = Objects.requireNonNullElse(summary, "");
        doc = Objects.requireNonNullElse(doc, "");
        group = Objects.requireNonNullElse(group, "");
        file = Objects.requireNonNullElse(file, "");
    }

    /** What it may do to packets, as its descriptor says; empty when that is not known, which means anything. */
    public Optional<String> effects() {
        return Optional.ofNullable(effectsText);
    }

    /** How many inputs it may have. */
    public PortRange inputs() {
        return PortRange.parse(half(ports, true));
    }

    /** How many outputs it may have. */
    public PortRange outputs() {
        return PortRange.parse(half(ports, false));
    }

    /** Its handler of that name. */
    public Optional<Handler> handler(String wanted) {
        return handlers.stream().filter(it -> it.name().equals(wanted)).findFirst();
    }

    /** How packets cross an input, a letter of {@code hla}: the last one holds for all further inputs. */
    public char inputProcessing(int port) {
        return letter(half(processing, true), port);
    }

    /** How packets cross an output. */
    public char outputProcessing(int port) {
        return letter(half(processing, false), port);
    }

    private static char letter(String code, int port) {
        return code.charAt(Math.min(port, code.length() - 1));
    }

    /** One side of {@code A/B}; a code without a slash holds for both. */
    private static String half(String code, boolean first) {
        int slash = code.indexOf('/');
        return slash < 0 ? code : first ? code.substring(0, slash) : code.substring(slash + 1);
    }

    /** How an argument is given. */
    public enum Kind {
        @JsonProperty("positional")
        POSITIONAL,
        @JsonProperty("optional")
        OPTIONAL,
        @JsonProperty("keyword")
        KEYWORD,
        @JsonProperty("rest")
        REST
    }

    /**
     * An argument that a class takes.
     *
     * @param name its keyword
     * @param type how its text becomes bytes
     * @param kind how it is given
     * @param minimum the least integer
     * @param maximum the greatest integer; both 0 when the type's own range holds
     * @param fallback the text of its default; null when there is none
     * @param doc what it means
     */
    public record Argument(
            String name,
            String type,
            Kind kind,
            long minimum,
            long maximum,
            @JsonProperty("default") @Nullable String fallback,
            @Nullable String doc) {}

    /**
     * A handler of a class.
     *
     * @param flags Click's flags and ours
     * @param type the argument type of what is written to it; null when it is plain text
     */
    public record Handler(
            String name,
            boolean read,
            boolean write,
            @Nullable List<String> flags,
            @Nullable String type,
            @Nullable String doc) {
        /** Whether what is written to it has to be compiled first. */
        public boolean compiled() {
            return flags != null && flags.contains("compiled");
        }
    }
}
