// A firewall by inner header, both ways.
define($web allow tcp dst port 80)

from_outside :: FromDevice(outside, PROMISC true) -> mark :: MarkInnerHeader;
from_inside :: FromDevice(1) -> to_outside :: ToDevice(outside);
to_inside :: ToDevice(inside, BURST 32);

mark[0] -> check :: CheckIPHeader(MARKED true) -> filter :: IPFilter($web, allow icmp type echo, deny all) -> to_inside;
mark[1] -> check6 :: CheckIP6Header(MARKED true)
    -> filter6 :: IP6Filter(allow icmp6 type 133-137, allow src net 2001:db8::/32 and dst tcp port 443)
    -> count :: Counter -> to_inside;
mark[2] -> to_inside;
mark[3] -> other :: Discard;
