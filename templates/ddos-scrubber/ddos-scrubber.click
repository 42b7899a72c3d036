// A bump in the wire that takes out of what comes from outside what only floods have: sources that cannot be, SYNs of
// sources that are not there, and more than its share of what is reflected by others' servers.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

// SYNs that follow one another faster than the rate are asked for who sends them
syns :: Meter($syn_rate);
known :: SYNAuthenticator(CAPACITY $sources, LIFETIME $known_for);
syn_limit :: FlowRateLimiter(PACKET_RATE $source_syns, KEY source, BURST_DURATION 1s, CAPACITY $sources) -> to_inside;
syns[0] -> syn_limit;
syns[1] -> known -> syn_limit;
known[1] -> EtherMirror -> to_outside;
known[2] -> answers :: Discard;

reflected :: FlowRateLimiter($reflected_rate, KEY destination, CAPACITY $sources) -> to_inside;
limit :: FlowRateLimiter(PACKET_RATE $source_packets, KEY source, CAPACITY $sources) -> to_inside;

FromDevice(0, PROMISC true) -> inward :: MarkInnerHeader;
inward[0] -> check :: CheckIPHeader(MARKED true) -> spoofed :: IPFilter($bogons, allow all)
          -> kind :: IPClassifier(tcp opt syn && not tcp opt ack, tcp opt rst,
                                  udp && (ip frag || src port $reflectors), -);
kind[0] -> syns;
kind[1] -> known;
kind[2] -> reflected;
kind[3] -> limit;
inward[1] -> check6 :: CheckIP6Header(MARKED true) -> spoofed6 :: IP6Filter($ip6_bogons, allow all)
          -> kind6 :: IP6Filter(0 tcp opt syn && not tcp opt ack, 1 tcp opt rst,
                                2 udp && (ip frag || src port $reflectors), 3 all);
kind6[0] -> syns;
kind6[1] -> known;
kind6[2] -> reflected;
kind6[3] -> limit;
inward[2] -> to_inside;
inward[3] -> other :: Discard;

// from inside: nothing that pretends to be from elsewhere
FromDevice(1, PROMISC true) -> outward :: MarkInnerHeader;
outward[0] -> out_check :: CheckIPHeader(MARKED true) -> out_spoofed :: IPFilter($out_rules, allow all) -> to_outside;
outward[1] -> out_check6 :: CheckIP6Header(MARKED true) -> out_spoofed6 :: IP6Filter($ip6_out_rules, allow all) -> to_outside;
outward[2] -> to_outside;
outward[3] -> out_other :: Discard;
