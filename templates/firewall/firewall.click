// A bump in the wire that lets IP packets pass by rules. Neighbours find each other through it (ARP; neighbour
// solicitations and advertisements, router solicitations and advertisements); what is not IP does not pass.

from_outside :: FromDevice(0, PROMISC true);
from_inside :: FromDevice(1, PROMISC true);
to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

// outside to inside
from_outside -> inward :: MarkInnerHeader;
inward[0] -> check :: CheckIPHeader(MARKED true) -> filter :: IPFilter($rules, $default) -> to_inside;
inward[1] -> check6 :: CheckIP6Header(MARKED true)
          -> filter6 :: IP6Filter(allow icmp6 type 133, allow icmp6 type 134, allow icmp6 type 135,
                                  allow icmp6 type 136, $ip6_rules, $default)
          -> to_inside;
inward[2] -> arp :: Counter -> to_inside;
inward[3] -> other :: Discard;

// inside to outside
from_inside -> outward :: MarkInnerHeader;
outward[0] -> out_check :: CheckIPHeader(MARKED true) -> out_filter :: IPFilter($out_rules, $default) -> to_outside;
outward[1] -> out_check6 :: CheckIP6Header(MARKED true)
           -> out_filter6 :: IP6Filter(allow icmp6 type 133, allow icmp6 type 134, allow icmp6 type 135,
                                       allow icmp6 type 136, $ip6_out_rules, $default)
           -> to_outside;
outward[2] -> out_arp :: Counter -> to_outside;
outward[3] -> out_other :: Discard;
