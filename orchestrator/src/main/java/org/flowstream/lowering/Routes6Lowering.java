package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.net.Ip6Address;
import org.flowstream.net.Ip6Prefix;
import org.flowstream.problem.BadValueException;

/** {@code routes6}: an IPv6 prefix, a gateway ({@code ::} or nothing for none) and an output each. */
record Routes6Lowering() implements Lowering {
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 8;
    static final int ROUTE_BYTES = 40;

    @Override
    public String type() {
        return "routes6";
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
            if (!put(ConfigStrings.unquote(items.get(i)), given.outputs(), table)) {
                given.reporter().report(items.get(i), "argument " + (i + 1) + " should be DADDR/MASK [GW] OUTPUT");
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
            byte[] parsed = Ip6PrefixLowering.parse(words.get(0).text());
            Ip6Prefix prefix = new Ip6Prefix(Ip6Address.of(parsed, 0), parsed[16] & 0xff);
            String gateway = words.size() == 3 ? words.get(1).text() : "::";
            String output = words.get(words.size() - 1).text();
            if (!output.matches("[0-9]{1,5}") || Integer.parseInt(output) >= outputs) {
                return false;
            }
            byte[] next = Ip6Address.parse("-".equals(gateway) ? "::" : gateway).toBytes();
            table.put(prefix.address().toBytes())
                    .put(next)
                    .putInt(prefix.length())
                    .putInt(Integer.parseInt(output));
            return true;
        } catch (BadValueException e) {
            return false;
        }
    }
}
