// A bump in the wire that lets IP packets pass by rules. Neighbours find each other through it (ARP; neighbour
// solicitations and advertisements, router solicitations and advertisements); what is not IP does not pass.

from_outside :: FromDevice(0, PROMISC true);
from_inside :: FromDevice(1, PROMISC true);
to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

// outside to inside
from_outside -> in :: MarkInnerHeader;
in[0] -> CheckIPHeader(MARKED true) -> filter :: IPFilter($rules, $default) -> to_inside;
in[1] -> CheckIP6Header(MARKED true)
      -> filter6 :: IP6Filter(allow icmp6 type 133, allow icmp6 type 134, allow icmp6 type 135, allow icmp6 type 136,
                              $ip6_rules, $default)
      -> to_inside;
in[2] -> arp :: Counter -> to_inside;
in[3] -> other :: Discard;

// inside to outside
from_inside -> out :: MarkInnerHeader;
out[0] -> CheckIPHeader(MARKED true) -> out_filter :: IPFilter($out_rules, $default) -> to_outside;
out[1] -> CheckIP6Header(MARKED true)
       -> out_filter6 :: IP6Filter(allow icmp6 type 133, allow icmp6 type 134, allow icmp6 type 135,
                                   allow icmp6 type 136, $ip6_out_rules, $default)
       -> to_outside;
out[2] -> out_arp :: Counter -> to_outside;
out[3] -> out_other :: Discard;
