// Devices by the host's names, one of them polled; what is for the router itself goes up to the host.

from_left :: PollDevice(eth0, PROMISC true);
from_right :: FromDevice(eth1, 1);
to_left :: Queue(200) -> ToDevice(eth0);
to_right :: Queue(200) -> ToDevice(eth1);
host :: ToHost;
FromHost(fake0, 192.0.2.1/24) -> Discard;
ScheduleInfo(from_left .5, from_right .5);

left_kind, right_kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
from_left -> left_kind;
from_right -> right_kind;
left_kind[3] -> Print(left) -> Discard;
right_kind[3] -> Print(right) -> Discard;

// It answers for itself, and to the left for all that is right of it.
left_kind[0] -> ARPResponder(198.51.100.1 02:00:00:00:00:00, 203.0.113.0/24 02:00:00:00:00:00) -> to_left;
right_kind[0] -> ARPResponder(203.0.113.1 02:00:00:00:00:01) -> to_right;
left_arp :: ARPQuerier(198.51.100.1, 02:00:00:00:00:00) -> to_left;
right_arp :: ARPQuerier(203.0.113.1, 02:00:00:00:00:01) -> to_right;
answers :: Tee(3);
left_kind[1] -> answers;
right_kind[1] -> answers;
answers[0] -> host;
answers[1] -> [1]left_arp;
answers[2] -> [1]right_arp;

routes :: StaticIPLookup(198.51.100.1/32 0, 198.51.100.255/32 0, 203.0.113.1/32 0, 203.0.113.255/32 0,
                         198.51.100.0/24 1, 203.0.113.0/24 2, 0.0.0.0/0 198.51.100.254 1);
ip :: Strip(14) -> CheckIPHeader(198.51.100.255 203.0.113.255) -> [0]routes;
left_kind[2] -> Paint(1) -> ip;
right_kind[2] -> Paint(2) -> ip;
routes[0] -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> host;

routes[1] -> DropBroadcasts -> left_paint :: PaintTee(1) -> left_options :: IPGWOptions(198.51.100.1)
    -> FixIPSrc(198.51.100.1) -> left_ttl :: DecIPTTL -> left_parts :: IPFragmenter(1500) -> [0]left_arp;
routes[2] -> DropBroadcasts -> right_paint :: PaintTee(2) -> right_options :: IPGWOptions(203.0.113.1)
    -> FixIPSrc(203.0.113.1) -> right_ttl :: DecIPTTL -> right_parts :: IPFragmenter(1500) -> [0]right_arp;
left_paint[1] -> ICMPError(198.51.100.1, redirect, host) -> [0]routes;
right_paint[1] -> ICMPError(203.0.113.1, 5, 1) -> [0]routes;
left_options[1] -> ICMPError(198.51.100.1, parameterproblem) -> [0]routes;
right_options[1] -> ICMPError(203.0.113.1, 12, 1) -> [0]routes;
left_ttl[1] -> ICMPError(198.51.100.1, 11, 0) -> [0]routes;
right_ttl[1] -> ICMPError(203.0.113.1, timeexceeded) -> [0]routes;
left_parts[1] -> ICMPError(198.51.100.1, unreachable, needfrag) -> [0]routes;
right_parts[1] -> ICMPError(203.0.113.1, 3, 4) -> [0]routes;
