package org.flowstream.lowering;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The lowering of each argument type. */
final class Lowerings {
    private static final Map<String, Lowering> BY_TYPE = List.of(
                    new AnnotationLowering(),
                    new ArpEntriesLowering(ArpEntriesLowering.Family.IP4),
                    new ArpEntriesLowering(ArpEntriesLowering.Family.IP6),
                    new BandwidthLowering(),
                    new BooleanLowering(),
                    new BytePatternsLowering(),
                    new DataLowering(),
                    new DeviceLowering(),
                    new DurationLowering(),
                    new ElementLowering(),
                    new EtherAddressLowering(),
                    new EtherTypeLowering(),
                    new FractionLowering(),
                    new HandlerLowering(),
                    new IntegerLowering(),
                    new IpAddressLowering(),
                    new IpAddressesLowering(),
                    new IpFilterRulesLowering("ip-filter-rules", new Ip4Family()),
                    new IpFilterRulesLowering("ip6-filter-rules", new Ip6Family()),
                    new Ip6AddressLowering(),
                    new IpFieldLowering(),
                    new Ip6PrefixLowering(),
                    new IpPatternsLowering("ip-patterns", new Ip4Family()),
                    new IpPatternsLowering("ip6-patterns", new Ip6Family()),
                    new IpPrefixLowering(),
                    new ListLowering("bandwidths", new BandwidthLowering()),
                    new ListLowering("integers", new IntegerLowering()),
                    new NamesLowering(AddressNames.ADDRESSES),
                    new NamesLowering(AddressNames.PORTS),
                    new RateLowering(),
                    new RewriterLowering("rewriter-input", RewriterLowering.Form.INPUT),
                    new RewriterLowering("rewriter-pattern", RewriterLowering.Form.NAMED),
                    new RewriterLowering("mapper-pattern", RewriterLowering.Form.CHOICE),
                    new RewriterLowering("mapper-server", RewriterLowering.Form.SERVER),
                    new RoutesLowering(),
                    new Routes6Lowering(),
                    new StringLowering(),
                    new StringsLowering(),
                    new TextsLowering(),
                    new WordLowering())
            .stream()
            .collect(Collectors.toUnmodifiableMap(Lowering::type, Function.identity()));

    private Lowerings() {}

    static Optional<Lowering> of(String type) {
        return Optional.ofNullable(BY_TYPE.get(type));
    }
}
