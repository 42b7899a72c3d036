package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;

/**
 * What a name may mean as a value, and which meanings fit a primitive.
 *
 * @param fitting the meanings that fit
 * @param alternatives all meanings, for messages
 */
record NameLookup(List<Meaning> fitting, String alternatives) {
    /** One meaning of a name. */
    record Meaning(PrimitiveValue.Kind kind, int number) {}

    static NameLookup of(AddressFamily family, String name, Primitive primitive) {
        List<Meaning> fitting = new ArrayList<>();
        StringJoiner all = new StringJoiner(" or ");
        boolean free = primitive.kind == Primitive.Kind.NONE;
        int protocol = primitive.protocol.orElse(-1);
        boolean tcp = protocol < 0 || protocol == PatternNames.TCP || protocol == PatternNames.TCP_OR_UDP;
        Integer number = family.protocols().get(name);
        if (number != null) {
            all.add("'proto " + name + "'");
            offer(fitting, free || primitive.kind == Primitive.Kind.PROTOCOL, PrimitiveValue.Kind.PROTOCOL, number);
        }
        number = PatternNames.PORTS.get(name);
        if (number != null) {
            all.add("'port " + name + "'");
            boolean fits = free || primitive.kind == Primitive.Kind.PORT;
            offer(fitting, fits && (tcp || protocol == PatternNames.UDP), PrimitiveValue.Kind.PORT, number);
        }
        number = PatternNames.TCP_FLAGS.get(name);
        if (number != null) {
            all.add("'tcp opt " + name + "'");
            boolean fits = free || primitive.kind == Primitive.Kind.TCP_OPTION;
            offer(fitting, fits && tcp, PrimitiveValue.Kind.TCP_OPTION, number);
        }
        number = family.icmpTypes().get(name);
        if (number != null) {
            all.add("'" + family.icmpType().name() + " " + name + "'");
            boolean typed = primitive.field.filter(family.icmpType()::equals).isPresent();
            boolean icmp =
                    protocol < 0 || protocol == family.icmpType().protocol().orElse(-1);
            offer(fitting, (free || typed) && icmp, PrimitiveValue.Kind.ICMP_TYPE, number);
        }
        return new NameLookup(fitting, all.toString());
    }

    private static void offer(List<Meaning> fitting, boolean fits, PrimitiveValue.Kind kind, int number) {
        if (fits) {
            fitting.add(new Meaning(kind, number));
        }
    }

    boolean isUnknown() {
        return alternatives.isEmpty();
    }

    /** Every word that a pattern may begin with, for suggestions. */
    static Set<String> allWords(AddressFamily family) {
        Set<String> words = new TreeSet<>(Set.of("src", "dst", "not", "true", "false", "all", "any"));
        words.addAll(family.headerWords());
        words.addAll(family.protocols().keySet());
        words.addAll(family.fields().keySet());
        words.addAll(family.icmpTypes().keySet());
        words.addAll(PatternNames.PORTS.keySet());
        words.addAll(PatternNames.TCP_FLAGS.keySet());
        words.addAll(PrimitiveParser.kinds().keySet());
        return words;
    }
}
