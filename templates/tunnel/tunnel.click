// One end of a tunnel. Outside it is a host of its own, with ARP. Inside, IP in IP and GRE make it a gateway for IPv4;
// VXLAN makes it a bridge that carries whole frames.

to_outside :: ToDevice(outside);
to_inside :: ToDevice(inside);

// ---- outside: to the other end, and from it ----
arp_out :: ARPQuerier($local/$local_length, outside) -> to_outside;
route :: StaticIPLookup($local/$local_length 0, 0/0 $gateway 0) -> outer :: IPFragmenter($mtu) -> arp_out;

FromDevice(outside)
    -> mine :: HostEtherFilter(outside)
    -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
kind[0] -> ARPResponder($local outside) -> to_outside;
kind[1] -> [1]arp_out;
kind[2] -> Strip(14) -> check :: CheckIPHeader(INTERFACES $local/$local_length)
        -> whose :: IPClassifier(dst host $local && src host $remote && not icmp, dst host $local && icmp type echo, -);
kind[3] -> other :: Discard;
whose[0] -> whole :: IPReassembler -> unwrap :: WordSwitch($mode, "ipip gre vxlan");
whose[1] -> ICMPPingResponder -> route;
whose[2] -> stranger :: Discard;

// ---- out of the tunnel ----
unwrap[0] -> ipip :: IPClassifier(ip proto 4, -) -> StripIPHeader -> inner :: CheckIPHeader;
unwrap[1] -> gre :: IPClassifier(ip proto gre, -) -> StripIPHeader -> degre :: GREDecap(ip, KEY $key) -> inner;
unwrap[2] -> devxlan :: VXLANDecap($vni) -> to_inside;
ipip[1] -> not_ours :: Discard;
gre[1] -> not_ours;

arp_in :: ARPQuerier($inside_address/$inside_length, inside) -> to_inside;
inner -> deliver :: StaticIPLookup($inside_address/32 1, $inside_address/$inside_length 0) -> arp_in;
deliver[1] -> own :: Discard;

// ---- into the tunnel ----
FromDevice(inside) -> wrap :: WordSwitch($mode, "ipip gre vxlan");
wrap[0] -> gateway :: HostEtherFilter(inside);
wrap[1] -> gateway;
wrap[2] -> VXLANEncap($vni, $local, $remote) -> route;

gateway -> in_kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
in_kind[0] -> ARPResponder($inside_address inside) -> to_inside;
in_kind[1] -> [1]arp_in;
in_kind[2] -> Strip(14) -> in_check :: CheckIPHeader(INTERFACES $inside_address/$inside_length)
           -> DropBroadcasts
           -> to_whom :: IPClassifier(dst host $inside_address && icmp type echo, dst host $inside_address, -);
in_kind[3] -> in_other :: Discard;
to_whom[0] -> ICMPPingResponder -> arp_in;
to_whom[1] -> own;
to_whom[2] -> ttl :: DecIPTTL -> fits :: IPFragmenter($inner_mtu) -> choose :: WordSwitch($mode, "ipip gre vxlan");
ttl[1] -> ICMPError($inside_address, timeexceeded, transit) -> arp_in;
fits[1] -> ICMPError($inside_address, unreachable, needfrag, PMTU $inner_mtu) -> arp_in;
choose[0] -> IPEncap(ipip, $local, $remote, TTL 64) -> route;
choose[1] -> GREEncap(ip, KEY $key) -> IPEncap(gre, $local, $remote, TTL 64) -> route;
