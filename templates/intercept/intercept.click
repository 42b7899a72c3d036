// Frames pass as they came. Of those that are chosen a copy goes to a collector, each with a number (GRE, RFC 2890) by
// which the collector sees what it has missed.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
copy :: GREEncap(0x6558, SEQUENCE true) -> IPEncap(47, $source, $collector) -> fragments :: IPFragmenter(1500)
    -> EtherEncap(0x0800, $source_mac, $collector_mac) -> copied :: Counter -> ToDevice(2);

FromDevice(0, PROMISC true) -> kind :: MarkInnerHeader;
kind[0] -> choice :: IPFilter($rules, 1 all);
choice[0] -> t :: Tee;
choice[1] -> to_inside;
kind[1] -> choice6 :: IP6Filter($ip6_rules, 1 all);
choice6[0] -> t;
choice6[1] -> to_inside;
kind[2] -> to_inside;
kind[3] -> to_inside;
t[0] -> copy;
t[1] -> to_inside;

FromDevice(1, PROMISC true) -> out_kind :: MarkInnerHeader;
out_kind[0] -> out_choice :: IPFilter($rules, 1 all);
out_choice[0] -> u :: Tee;
out_choice[1] -> to_outside;
out_kind[1] -> out_choice6 :: IP6Filter($ip6_rules, 1 all);
out_choice6[0] -> u;
out_choice6[1] -> to_outside;
out_kind[2] -> to_outside;
out_kind[3] -> to_outside;
u[0] -> copy;
u[1] -> to_outside;

FromDevice(2, PROMISC true) -> from_copy :: Discard;   // nothing comes in by there
