package org.flowstream.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.flowstream.problem.BadValueException;

/** Enum constants as the words that users write: lower case, hyphens. */
final class Words {
    private Words() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static <E extends Enum<E>> E parse(Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> of(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> BadValueException.expected(
                        text,
                        Arrays.stream(type.getEnumConstants()).map(Words::of).collect(Collectors.joining(" or "))));
    }
}
