// A bump in the wire that knows connections. Packets of a known connection pass; one that opens a connection passes if
// the rules of its side say so. Neighbours find each other through it; what is not IP does not pass.

from_outside :: FromDevice(0, PROMISC true);
from_inside :: FromDevice(1, PROMISC true);
to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

// IPv4
connections :: ConnectionFilter($connections, TCP_TIMEOUT $tcp_timeout, UDP_TIMEOUT $udp_timeout, PICK_UP $pick_up);
connections[0] -> to_outside;
connections[1] -> to_inside;
connections[2] -> out_filter :: IPFilter($out_rules, $default) -> [2] connections;
connections[3] -> filter :: IPFilter($rules, $default) -> [3] connections;

// IPv6
connections6 :: ConnectionFilter($connections, TCP_TIMEOUT $tcp_timeout, UDP_TIMEOUT $udp_timeout, PICK_UP $pick_up);
connections6[0] -> to_outside;
connections6[1] -> to_inside;
connections6[2] -> out_filter6 :: IP6Filter(allow icmp6 type 133, allow icmp6 type 134, allow icmp6 type 135,
                                            allow icmp6 type 136, $ip6_out_rules, $default) -> [2] connections6;
connections6[3] -> filter6 :: IP6Filter(allow icmp6 type 133, allow icmp6 type 134, allow icmp6 type 135,
                                        allow icmp6 type 136, $ip6_rules, $default) -> [3] connections6;

from_outside -> inward :: MarkInnerHeader;
inward[0] -> check :: CheckIPHeader(MARKED true) -> [1] connections;
inward[1] -> check6 :: CheckIP6Header(MARKED true) -> [1] connections6;
inward[2] -> arp :: Counter -> to_inside;
inward[3] -> other :: Discard;

from_inside -> outward :: MarkInnerHeader;
outward[0] -> out_check :: CheckIPHeader(MARKED true) -> [0] connections;
outward[1] -> out_check6 :: CheckIP6Header(MARKED true) -> [0] connections6;
outward[2] -> out_arp :: Counter -> to_outside;
outward[3] -> out_other :: Discard;
