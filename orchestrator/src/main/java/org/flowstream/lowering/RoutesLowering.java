package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.net.Ip4Address;
import org.flowstream.problem.BadValueException;

/** {@code routes}: an IPv4 prefix, a gateway ({@code -} or nothing for none) and an output each. */
record RoutesLowering() implements Lowering {
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 8;
    private static final int ROUTE_BYTES = 16;

    @Override
    public String type() {
        return "routes";
    }

    @Override
    public Optional<Value> lower(Given given) {
        List<ConfigText> items = given.items();
        ByteBuffer table = ByteBuffer.allocate(HEADER_BYTES + ROUTE_BYTES * items.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(FORMAT)
                .putInt(items.size());
        boolean sound = true;
        for (int i = 0; i < items.size(); i++) {
            ConfigText route = ConfigStrings.unquote(items.get(i));
            if (!put(route, given.outputs(), table)) {
                given.reporter()
                        .report(items.get(i), "argument " + (i + 1) + " should be 'ADDR/MASK [GATEWAY] OUTPUT'");
                sound = false;
            }
        }
        return sound ? Optional.of(Value.table(table.array())) : Optional.empty();
    }

    /** Whether the text is a route; then it was put into the table. */
    private static boolean put(ConfigText route, int outputs, ByteBuffer table) {
        List<ConfigText> words = ConfigStrings.words(route);
        if (words.size() < 2 || words.size() > 3) {
            return false;
        }
        try {
            ByteBuffer prefix =
                    ByteBuffer.wrap(IpPrefixLowering.parse(words.get(0).text()));
            int address = prefix.getInt();
            int mask = prefix.getInt();
            String gateway = words.size() == 3 ? words.get(1).text() : "-";
            String output = words.get(words.size() - 1).text();
            boolean port = output.matches("[0-9]{1,5}") && Integer.parseInt(output) < outputs;
            if (!port || Integer.numberOfLeadingZeros(~mask) + Integer.numberOfTrailingZeros(mask) != Integer.SIZE) {
                return false;
            }
            int next = "-".equals(gateway) ? 0 : Ip4Address.parse(gateway).bits();
            table.order(ByteOrder.BIG_ENDIAN)
                    .putInt(address & mask)
                    .putInt(mask)
                    .putInt(next);
            table.order(ByteOrder.LITTLE_ENDIAN).putInt(Integer.parseInt(output));
            return true;
        } catch (BadValueException e) {
            return false;
        }
    }
}
