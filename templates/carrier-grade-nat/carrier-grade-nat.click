// A carrier's translator between subscribers and the Internet, IPv4 (RFC 6888). Each subscriber has blocks of ports of one
// of the public addresses; who had which is logged.

// One link: gives what comes by it for this box, takes packets whose next hop is in the destination annotation.
elementclass Side {
    $device, $address, $answers |

    to :: ToDevice($device);
    arp :: ARPQuerier($address, $device, BROADCAST 255.255.255.255) -> to;
    FromDevice($device)
        -> mine :: HostEtherFilter($device)
        -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
    kind[0] -> answer :: ARPResponder($answers $device) -> to;
    kind[1] -> [1] arp;
    kind[2] -> Strip(14) -> check :: CheckIPHeader -> output;
    kind[3] -> other :: Discard;
    input -> arp;
}

outside :: Side(outside, $outside_address, $outside_address $public);
inside :: Side(inside, $inside_address, $inside_address);
to_outside :: StaticIPLookup($public 1, $outside_net 0, 0.0.0.0/0 $gateway 0) -> outside;
to_inside :: StaticIPLookup($inside_net 0, $subscribers $inside_gateway 0, 0.0.0.0/0 1) -> inside;
to_inside[1] -> astray :: Discard;

blocks :: PortBlockMapper($public, BLOCK $block, BLOCKS $blocks, LOG $log);
translate :: IPRewriter(blocks, drop, MAPPING_CAPACITY $mappings, TCP_TIMEOUT $tcp_timeout, TCP_NODATA_TIMEOUT 240,
                        UDP_TIMEOUT $udp_timeout, REAP_INTERVAL 1);
pings :: ICMPPingRewriter(blocks, drop, MAPPING_CAPACITY translate, TIMEOUT 60, REAP_INTERVAL 0);
errors :: ICMPRewriter(translate pings);
translate[0] -> to_outside;
translate[1] -> to_inside;
pings[0] -> to_outside;
pings[1] -> to_inside;
errors -> to_inside;

// from subscribers
inside -> in_for :: IPClassifier(dst host $inside_address and icmp type echo, dst host $inside_address,
                                 src net $subscribers, -);
in_for[0] -> ICMPPingResponder -> to_inside;
in_for[1] -> in_local :: Discard;
in_for[2] -> in_ttl :: DecIPTTL -> in_kind :: IPClassifier(tcp or udp, icmp type echo, -);
in_for[3] -> spoofed :: Discard;
in_ttl[1] -> ICMPError($inside_address, timeexceeded, transit) -> to_inside;
in_kind[0] -> [0] translate;
in_kind[1] -> [0] pings;
in_kind[2] -> in_other :: Discard;

// from outside, and what one subscriber sends to another's public address
outside -> out_for :: IPClassifier(dst host $outside_address and icmp type echo, dst net $public, -);
out_for[0] -> ICMPPingResponder -> to_outside;
out_for[1] -> out_ttl :: DecIPTTL -> out_kind :: IPClassifier(tcp or udp, icmp type echo-reply, icmp, -);
out_for[2] -> not_ours :: Discard;
out_ttl[1] -> ICMPError($outside_address, timeexceeded, transit) -> to_outside;
to_outside[1] -> hairpin :: Counter -> out_kind;
out_kind[0] -> [1] translate;
out_kind[1] -> [1] pings;
out_kind[2] -> errors;
out_kind[3] -> out_other :: Discard;
