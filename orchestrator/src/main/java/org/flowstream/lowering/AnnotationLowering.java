package org.flowstream.lowering;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** {@code annotation}: the name of an annotation, or its place as {@code OFFSET/SIZE}; Click's packet_anno.hh. */
record AnnotationLowering() implements Lowering {
    private static final int AREA = 48;
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,2})/([0-9]{1,2})");
    private static final Map<String, Integer> NAMES = Map.ofEntries(
            Map.entry("DST_IP", place(0, 4)),
            Map.entry("DST_IP6", place(0, 16)),
            Map.entry("PAINT", place(16, 1)),
            Map.entry("ICMP_PARAMPROB", place(17, 1)),
            Map.entry("FIX_IP_SRC", place(18, 1)),
            Map.entry("VLAN_TCI", place(18, 2)),
            Map.entry("VLAN", place(18, 2)),
            Map.entry("AGGREGATE", place(20, 4)),
            Map.entry("EXTRA_PACKETS", place(24, 4)),
            Map.entry("EXTRA_LENGTH", place(28, 4)));

    @Override
    public String type() {
        return "annotation";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.integer(parse(text)));
    }

    private static int place(int offset, int size) {
        return offset | size << 8;
    }

    private static int parse(String text) {
        Integer named = NAMES.get(text);
        if (named != null) {
            return named;
        }
        Matcher matcher = PLACE.matcher(text);
        if (matcher.matches()) {
            int offset = Integer.parseInt(matcher.group(1));
            int size = Integer.parseInt(matcher.group(2));
            if (size > 0 && offset + size <= AREA) {
                return place(offset, size);
            }
        }
        throw BadValueException.expected(
                text, "an annotation such as PAINT, DST_IP or AGGREGATE, or OFFSET/SIZE within " + AREA + " bytes");
    }
}
