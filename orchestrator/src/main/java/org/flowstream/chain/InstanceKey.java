package org.flowstream.chain;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Instances;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.FrameHeaders;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * What one instance of a chain's middleboxes serves: a part of the chain's flow, both directions of it.
 *
 * @param flow as seen at the chain's first external port
 * @param returnFlow as seen at the second
 */
public record InstanceKey(FlowMatch flow, FlowMatch returnFlow) {
    private static final List<MatchField> CONNECTION = List.of(
            MatchField.VLAN_VID,
            MatchField.ETH_TYPE,
            MatchField.IP_SRC,
            MatchField.IP_DST,
            MatchField.IP6_SRC,
            MatchField.IP6_DST,
            MatchField.IP_PROTO,
            MatchField.TP_SRC,
            MatchField.TP_DST);
    private static final List<MatchField> SOURCE =
            List.of(MatchField.VLAN_VID, MatchField.ETH_TYPE, MatchField.IP_SRC, MatchField.IP6_SRC);
    private static final List<MatchField> DESTINATION =
            List.of(MatchField.VLAN_VID, MatchField.ETH_TYPE, MatchField.IP_DST, MatchField.IP6_DST);

    /**
     * The key of the instance that a frame is for.
     *
     * @param frame its headers; empty when it is not IP
     * @param back whether it came by the second external port
     * @return empty when the chain has one instance for each of something that the frame does not have, or when the
     *     frame is not of the chain's flow
     */
    public static Optional<InstanceKey> of(ChainSpec.Spec chain, Optional<FrameHeaders> frame, boolean back) {
        if (chain.instances() == Instances.ONE) {
            return Optional.of(new InstanceKey(chain.flow(), chain.returnFlow()));
        }
        return frame.filter(seen -> chain.instances() != Instances.PER_CONNECTION || !seen.isLaterFragment())
                // A later fragment of IPv6 does not tell its protocol: by that of the switch, 44, it would be of no
                // flow.
                .map(seen -> seen.isLaterFragment() ? seen.match().without(MatchField.IP_PROTO) : seen.match())
                .map(seen -> back ? seen.reversed() : seen)
                .filter(forward -> forward.meets(chain.flow()))
                .map(forward -> {
                    FlowMatch key = narrowed(chain.flow(), forward, fields(chain.instances()));
                    return new InstanceKey(key, key.reversed());
                });
    }

    /**
     * The key of the instance that an ICMP error is for: the one of the packet that it is about, which went the other way.
     *
     * @param quoted the headers that the error quotes
     * @param back whether the error came by the second external port
     */
    public static Optional<InstanceKey> ofError(ChainSpec.Spec chain, Optional<FrameHeaders> quoted, boolean back) {
        return quoted.isEmpty() ? Optional.empty() : of(chain, quoted, !back);
    }

    private static List<MatchField> fields(Instances instances) {
        return switch (instances) {
            case ONE -> List.of();
            case PER_CONNECTION -> CONNECTION;
            case PER_SOURCE -> SOURCE;
            case PER_DESTINATION -> DESTINATION;
        };
    }

    private static FlowMatch narrowed(FlowMatch flow, FlowMatch exact, List<MatchField> fields) {
        TreeMap<MatchField, MaskedValue> key = new TreeMap<>(flow.fields());
        for (MatchField field : fields) {
            exact.get(field).ifPresent(value -> key.put(field, value));
        }
        return new FlowMatch(key);
    }
}
