package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.problem.BadValueException;

/** {@code arp-entries}: addresses or prefixes, then the Ethernet address that is answered for them. */
record ArpEntriesLowering() implements Lowering {
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 8;
    private static final int ENTRY_BYTES = 16;

    @Override
    public String type() {
        return "arp-entries";
    }

    @Override
    public Optional<Value> lower(Given given) {
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < given.items().size(); i++) {
            entries(given.items().get(i), given.devices(), given.reporter().within("entry " + (i + 1)), entries);
        }
        ByteBuffer table = ByteBuffer.allocate(HEADER_BYTES + ENTRY_BYTES * entries.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(FORMAT)
                .putInt(entries.size());
        entries.forEach(table::put);
        return Optional.of(Value.table(table.array()));
    }

    private static void entries(ConfigText item, Devices devices, Reporter reporter, List<byte[]> into) {
        List<byte[]> prefixes = new ArrayList<>();
        Optional<byte[]> answer = Optional.empty();
        for (ConfigText word : ConfigStrings.words(ConfigStrings.unquote(item))) {
            Optional<byte[]> mac = EtherAddresses.isOne(word.text(), devices)
                    ? Optional.of(EtherAddresses.parse(word.text(), devices))
                    : Optional.empty();
            if (mac.isPresent() && answer.isPresent()) {
                reporter.report(word, "'" + word.text() + "': there is an Ethernet address before");
            } else if (mac.isPresent()) {
                answer = mac;
            } else {
                try {
                    prefixes.add(IpPrefixLowering.parse(word.text()));
                } catch (BadValueException e) {
                    reporter.report(
                            word, "'" + word.text() + "': expected an IPv4 address or prefix, or an Ethernet address");
                }
            }
        }
        if (answer.isEmpty()) {
            reporter.report(item, "expected an Ethernet address behind the IPv4 addresses");
            return;
        }
        if (prefixes.isEmpty()) {
            reporter.report(item, "expected an IPv4 address or prefix before the Ethernet address");
        }
        for (byte[] prefix : prefixes) {
            into.add(ByteBuffer.allocate(ENTRY_BYTES)
                    .put(prefix)
                    .put(answer.get())
                    .array());
        }
    }
}
