package org.flowstream.firstpacket;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.flowstream.chain.InstanceKey;
import org.flowstream.model.ChainId;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.FrameHeaders;
import org.flowstream.net.MatchField;

/**
 * Which instance the fragments of a datagram are for, as its first one told. The oldest are forgotten first, and all after a
 * few seconds, when others may have taken up their numbers.
 */
final class Fragments {
    private static final int MOST = 4096;
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final Map<Datagram, Known> known = new LinkedHashMap<>();

    /**
     * What the fragments of one datagram have in common.
     *
     * @param addresses without the protocol, which later fragments of IPv6 do not tell
     */
    private record Datagram(ChainId chain, int side, FlowMatch addresses, long identification) {}

    private record Known(InstanceKey key, long sinceNanos) {}

    /** Notes whose a first fragment is; what is whole is not noted. */
    synchronized void note(ChainId chain, int side, FrameHeaders headers, InstanceKey key, long now) {
        if (headers.datagram().isEmpty() || headers.isLaterFragment()) {
            return;
        }
        Datagram datagram = datagram(chain, side, headers);
        known.remove(datagram);
        known.put(datagram, new Known(key, now));
        Iterator<Known> oldest = known.values().iterator();
        while (oldest.hasNext() && (known.size() > MOST || now - oldest.next().sinceNanos() > PATIENCE_NANOS)) {
            oldest.remove();
        }
    }

    /** Whose a later fragment is; empty when its first one has not come. */
    synchronized Optional<InstanceKey> of(ChainId chain, int side, FrameHeaders headers, long now) {
        return headers.isLaterFragment() && headers.datagram().isPresent()
                ? Optional.ofNullable(known.get(datagram(chain, side, headers)))
                        .filter(first -> now - first.sinceNanos() <= PATIENCE_NANOS)
                        .map(Known::key)
                : Optional.empty();
    }

    private static Datagram datagram(ChainId chain, int side, FrameHeaders headers) {
        FlowMatch addresses = headers.match().without(MatchField.TP_SRC, MatchField.TP_DST, MatchField.IP_PROTO);
        return new Datagram(chain, side, addresses, headers.datagram().orElseThrow());
    }
}
