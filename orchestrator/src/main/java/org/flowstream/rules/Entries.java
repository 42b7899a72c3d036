package org.flowstream.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.flowstream.chain.ChainPlan;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * The entries of many chains, to be asked which others one may share packets with: by the port and by exact addresses,
 * which tell most of them apart. To compare each with each takes minutes where there are hundreds of chains.
 */
final class Entries {
    private static final List<MatchField> ADDRESSES =
            List.of(MatchField.IP_DST, MatchField.IP_SRC, MatchField.IP6_DST, MatchField.IP6_SRC);

    private final List<Entry> all;
    private final Map<OptionalInt, List<Entry>> byPort = new HashMap<>();
    private final Map<Place, List<Entry>> byAddress = new HashMap<>();

    /** An entry of a chain: a flow, or one of its companions. */
    record Entry(ChainPlan chain, RuleMatch match, boolean companion) {
        private Optional<MaskedValue> exact(MatchField field) {
            return match.flow().get(field).filter(value -> value.isExact(field.bits()));
        }
    }

    /** What makes entries of several chains alike. */
    private record Kind(RuleMatch match, int priority, boolean companion) {}

    /** @param address empty for the entries of a port that do not name one */
    private record Place(OptionalInt port, MatchField field, Optional<MaskedValue> address) {}

    Entries(Collection<Entry> entries) {
        this.all = twoOfAKind(entries);
        for (Entry entry : all) {
            OptionalInt port = entry.match().inPort();
            byPort.computeIfAbsent(port, each -> new ArrayList<>()).add(entry);
            for (MatchField field : ADDRESSES) {
                byAddress
                        .computeIfAbsent(new Place(port, field, entry.exact(field)), each -> new ArrayList<>())
                        .add(entry);
            }
        }
    }

    /** Of those that are alike the first ones of two chains: what the others share with anybody, one of these does. */
    private static List<Entry> twoOfAKind(Collection<Entry> entries) {
        Map<Kind, List<Entry>> kinds = new HashMap<>();
        List<Entry> kept = new ArrayList<>();
        for (Entry entry : entries) {
            List<Entry> alike = kinds.computeIfAbsent(
                    new Kind(entry.match(), entry.chain().priority(), entry.companion()), kind -> new ArrayList<>());
            boolean more = alike.size() < 2
                    && alike.stream()
                            .noneMatch(other ->
                                    other.chain().id().equals(entry.chain().id()));
            if (more) {
                alike.add(entry);
                kept.add(entry);
            }
        }
        return kept;
    }

    List<Entry> all() {
        return all;
    }

    /** Those that may share packets with one; all others do not. */
    List<Entry> near(Entry one) {
        OptionalInt port = one.match().inPort();
        List<Entry> fewest = byPort.getOrDefault(port, List.of());
        for (MatchField field : ADDRESSES) {
            Optional<MaskedValue> address = one.exact(field);
            if (address.isPresent()) {
                List<Entry> same = byAddress.getOrDefault(new Place(port, field, address), List.of());
                List<Entry> any = byAddress.getOrDefault(new Place(port, field, Optional.empty()), List.of());
                if (same.size() + any.size() < fewest.size()) {
                    fewest = new ArrayList<>(same);
                    fewest.addAll(any);
                }
            }
        }
        return fewest;
    }
}
