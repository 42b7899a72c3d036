package org.flowstream.lowering;

import java.util.Optional;

/** Turns the text of arguments of one type into bytes. Element classes are not known here, argument types only. */
sealed interface Lowering
        permits AnnotationLowering,
                ArpEntriesLowering,
                BandwidthLowering,
                BooleanLowering,
                BytePatternsLowering,
                DataLowering,
                DeviceLowering,
                DurationLowering,
                ElementLowering,
                EtherAddressLowering,
                EtherTypeLowering,
                FractionLowering,
                HandlerLowering,
                IntegerLowering,
                IpAddressLowering,
                IpAddressesLowering,
                IpFilterRulesLowering,
                Ip6AddressLowering,
                IpFieldLowering,
                Ip6PrefixLowering,
                IpPatternsLowering,
                IpPrefixLowering,
                ListLowering,
                NamesLowering,
                RateLowering,
                RewriterLowering,
                RoutesLowering,
                Routes6Lowering,
                StringLowering,
                StringsLowering,
                TextsLowering,
                WordLowering {
    /** The type's name in descriptors. */
    String type();

    /** The value; empty when it was reported why there is none. */
    Optional<Value> lower(Given given);
}
