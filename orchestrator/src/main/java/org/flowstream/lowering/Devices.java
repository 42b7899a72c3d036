package org.flowstream.lowering;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Function;

/** The devices that a configuration may name, each with its number. */
public final class Devices {
    /** Devices by their numbers alone: 0, 1 and so on, as many as are used. */
    public static final Devices NUMBERED = new Devices(Map.of(), true, Optional.empty());

    private final Map<String, Integer> numbers;
    private final boolean numbered;
    private final Optional<Function<String, List<String>>> addresses;

    private Devices(
            Map<String, Integer> numbers, boolean numbered, Optional<Function<String, List<String>>> addresses) {
        this.numbers = Map.copyOf(numbers);
        this.numbered = numbered;
        this.addresses = addresses;
    }

    /** Devices in order, each with all the names that it answers to. */
    public static Devices of(List<? extends Collection<String>> names) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            for (String name : names.get(i)) {
                numbers.put(name, i);
            }
        }
        return new Devices(numbers, false, Optional.empty());
    }

    /** The same, whose names stand for addresses too, as AddressInfo writes them; none for a name that is not a device's. */
    public Devices withAddresses(Function<String, List<String>> known) {
        return new Devices(numbers, numbered, Optional.of(known));
    }

    boolean haveAddresses() {
        return addresses.isPresent();
    }

    /** The addresses that a device has by itself, or those of {@code NAME:gw}. */
    List<String> addresses(String name) {
        return addresses.map(it -> it.apply(name)).orElse(List.of());
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
