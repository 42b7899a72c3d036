package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.problem.BadValueException;

/** {@code arp-entries}, {@code nd-entries}: addresses or prefixes, then the Ethernet address that is answered for them. */
record ArpEntriesLowering(Family family) implements Lowering {
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 8;

    /** What the addresses are. */
    enum Family {
        IP4("arp-entries", "IPv4", 16),
        IP6("nd-entries", "IPv6", 24);

        private final String type;
        private final String label;
        private final int entryBytes;

        Family(String type, String label, int entryBytes) {
            this.type = type;
            this.label = label;
            this.entryBytes = entryBytes;
        }

        private byte[] prefix(String text) {
            return this == IP4 ? IpPrefixLowering.parse(text) : Ip6PrefixLowering.parse(text);
        }
    }

    @Override
    public String type() {
        return family.type;
    }

    @Override
    public Optional<Value> lower(Given given) {
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < given.items().size(); i++) {
            entries(given.items().get(i), given.devices(), given.reporter().within("entry " + (i + 1)), entries);
        }
        ByteBuffer table = ByteBuffer.allocate(HEADER_BYTES + family.entryBytes * entries.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(FORMAT)
                .putInt(entries.size());
        entries.forEach(table::put);
        return Optional.of(Value.table(table.array()));
    }

    private void entries(ConfigText item, Devices devices, Reporter reporter, List<byte[]> into) {
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
                    prefixes.add(family.prefix(word.text()));
                } catch (BadValueException e) {
                    reporter.report(
                            word,
                            "'" + word.text() + "': expected an " + family.label
                                    + " address or prefix, or an Ethernet address");
                }
            }
        }
        if (answer.isEmpty()) {
            reporter.report(item, "expected an Ethernet address behind the " + family.label + " addresses");
            return;
        }
        if (prefixes.isEmpty()) {
            reporter.report(item, "expected an " + family.label + " address or prefix before the Ethernet address");
        }
        for (byte[] prefix : prefixes) {
            into.add(ByteBuffer.allocate(family.entryBytes)
                    .put(prefix)
                    .put(answer.get())
                    .array());
        }
    }
}
