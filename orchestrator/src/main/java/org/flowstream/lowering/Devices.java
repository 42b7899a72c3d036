package org.flowstream.lowering;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;

/** The devices that a configuration may name, each with its number. */
public final class Devices {
    /** Devices by their numbers alone: 0, 1 and so on, as many as are used. */
    public static final Devices NUMBERED = new Devices(Map.of(), true);

    private final Map<String, Integer> numbers;
    private final boolean numbered;

    private Devices(Map<String, Integer> numbers, boolean numbered) {
        this.numbers = Map.copyOf(numbers);
        this.numbered = numbered;
    }

    /** Devices in order, each with all the names that it answers to. */
    public static Devices of(List<? extends Collection<String>> names) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            for (String name : names.get(i)) {
                numbers.put(name, i);
            }
        }
        return new Devices(numbers, false);
    }

    /** The number of a device; empty when there is none of that name. */
    public OptionalInt find(String name) {
        Integer number = numbers.get(name);
        if (number != null) {
            return OptionalInt.of(number);
        }
        return numbered && name.matches("[0-9]|[1-9][0-9]{1,2}")
                ? OptionalInt.of(Integer.parseInt(name))
                : OptionalInt.empty();
    }

    /** All names, for messages. */
    public Collection<String> names() {
        return new TreeSet<>(numbers.keySet());
    }
}
