// A bump in the wire that sets fields of IP headers, in each direction by parameters of its own; all else passes.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

FromDevice(0, PROMISC true) -> inward :: MarkInnerHeader;
inward[0] -> check :: CheckIPHeader(MARKED true) -> which :: IPClassifier($match, -);
which[0] -> set :: SetIPFields(DSCP $dscp, ECN $ecn, TTL $ttl, SRC $src, DST $dst) -> count :: Counter -> to_inside;
which[1] -> to_inside;
inward[1] -> six :: WordSwitch($ip6, "pass rewrite") -> to_inside;
six[1] -> set;
inward[2] -> to_inside;
inward[3] -> to_inside;

FromDevice(1, PROMISC true) -> outward :: MarkInnerHeader;
outward[0] -> out_check :: CheckIPHeader(MARKED true) -> out_which :: IPClassifier($out_match, -);
out_which[0] -> out_set :: SetIPFields(DSCP $out_dscp, ECN $out_ecn, TTL $out_ttl, SRC $out_src, DST $out_dst)
             -> out_count :: Counter -> to_outside;
out_which[1] -> to_outside;
outward[1] -> out_six :: WordSwitch($ip6, "pass rewrite") -> to_outside;
out_six[1] -> out_set;
outward[2] -> to_outside;
outward[3] -> to_outside;
