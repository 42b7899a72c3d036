package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.BadValueException;

/**
 * What a machine is known by: 40 random bits, stored with its declaration, from which the names of its taps and the MAC
 * addresses of its devices derive. Written as eight letters and digits.
 */
public record MachineId(long bits) implements Comparable<MachineId> {
    /** Devices of one machine, at most: the device is one digit of the tap's name. */
    public static final int MAX_DEVICES = 10;

    private static final String PORT_PREFIX = "fs";

    public MachineId {
        if (bits < 0 || bits >= Base32.LIMIT) {
            throw BadValueException.expected(Long.toHexString(bits), "a machine id of 40 bits");
        }
    }

    @JsonCreator
    public static MachineId parse(String text) {
        return new MachineId(Base32.bits(text)
                .orElseThrow(() -> BadValueException.expected(text, "a machine id of eight letters and digits")));
    }

    /** A new one; let the source be a {@link java.security.SecureRandom}. */
    public static MachineId random(RandomGenerator source) {
        return new MachineId(source.nextLong(Base32.LIMIT));
    }

    /** The machine whose tap has this name; empty for all other ports. */
    public static Optional<MachineId> ofPort(PortName port) {
        String text = port.text();
        int end = text.length() - 1;
        if (!text.startsWith(PORT_PREFIX)
                || end < PORT_PREFIX.length()
                || text.charAt(end) < '0'
                || text.charAt(end) > '9') {
            return Optional.empty();
        }
        OptionalLong bits = Base32.bits(text.substring(PORT_PREFIX.length(), end));
        return bits.isPresent() ? Optional.of(new MachineId(bits.getAsLong())) : Optional.empty();
    }

    /** The tap and switch port of a device: {@code fs}, the id, the device's digit. */
    public PortName portName(int device) {
        return new PortName(PORT_PREFIX + this + checked(device));
    }

    /** The locally administered unicast address of a device: octet {@code 0x02 | device << 2}, then the id's five. */
    public MacAddress mac(int device) {
        return new MacAddress((0x02L | (long) checked(device) << 2) << 40 | bits);
    }

    private static int checked(int device) {
        if (device < 0 || device >= MAX_DEVICES) {
            throw BadValueException.expected(
                    Integer.toString(device), "a device number from 0 to " + (MAX_DEVICES - 1));
        }
        return device;
    }

    @Override
    public int compareTo(MachineId other) {
        return Long.compare(bits, other.bits);
    }

    @JsonValue
    @Override
    public String toString() {
        return Base32.text(bits);
    }
}
