package org.flowstream.control;

import java.util.ArrayList;
import java.util.List;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.BadValueException;

/** What a middlebox counts of itself: its packet pool and its devices. */
public final class Counters {
    private static final int POOL_FIELDS = 3;
    private static final int DEVICE_FIELDS = 9;

    private Counters() {}

    /** The handler {@code pool}: packets that there are, that are free, and that were free when it was lowest. */
    public record Pool(long size, long free, long lowest) {
        public static Pool parse(String text) {
            String[] fields = fields(text.strip(), " ", POOL_FIELDS, "the handler pool");
            return new Pool(number(fields[0]), number(fields[1]), number(fields[2]));
        }
    }

    /**
     * One line of the handler {@code devices}.
     *
     * @param noBuffer frames lost because the pool was empty
     * @param ringFull frames lost because the other side did not take them
     */
    public record Device(
            int index,
            String name,
            MacAddress mac,
            long received,
            long receivedBytes,
            long sent,
            long sentBytes,
            long noBuffer,
            long ringFull) {}

    /** The handler {@code devices}, in the order of their numbers. */
    public static List<Device> devices(String text) {
        List<Device> devices = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] fields = fields(line, "\t", DEVICE_FIELDS, "the handler devices");
            devices.add(new Device(
                    Math.toIntExact(number(fields[0])),
                    fields[1],
                    MacAddress.parse(fields[2]),
                    number(fields[3]),
                    number(fields[4]),
                    number(fields[5]),
                    number(fields[6]),
                    number(fields[7]),
                    number(fields[8])));
        }
        return devices;
    }

    private static String[] fields(String line, String separator, int count, String what) {
        String[] fields = line.split(separator, -1);
        if (fields.length != count) {
            throw BadValueException.expected(line, count + " fields in a line of " + what);
        }
        return fields;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw BadValueException.expected(text, "a number");
        }
    }
}
