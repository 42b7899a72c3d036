// A network address and port translator between two links, IPv4. Connections are opened from inside; outside they all
// come from one address, with ports of its own. IPv6 is not translated: it passes as it is, or not at all.

// One link: gives what comes by it for this box, takes packets whose next hop is in the destination annotation. The second
// ports are for frames of IPv6, whoever they are for.
elementclass Side {
    $device, $address |

    to :: ToDevice($device);
    arp :: ARPQuerier($address, $device, BROADCAST 255.255.255.255) -> to;
    FromDevice($device, PROMISC true) -> family :: Classifier(12/86dd, -);
    family[0] -> [1] output;
    family[1]
        -> mine :: HostEtherFilter($device)
        -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
    kind[0] -> answer :: ARPResponder($address $device) -> to;
    kind[1] -> [1] arp;
    kind[2] -> Strip(14) -> check :: CheckIPHeader -> output;
    kind[3] -> other :: Discard;
    input -> arp;
    input[1] -> to;
}

outside :: Side(outside, $address);
inside :: Side(inside, $inside_address);
to_outside :: StaticIPLookup($outside_net 0, 0.0.0.0/0 $gateway 0) -> outside;
to_inside :: StaticIPLookup($inside_net 0, 0.0.0.0/0 1) -> inside;
to_inside[1] -> astray :: Discard;

translate :: IPRewriter(pattern $address 1024-65535 - - 0 1, drop, MAPPING_CAPACITY $mappings,
                        TCP_TIMEOUT $tcp_timeout, UDP_TIMEOUT $udp_timeout, REAP_INTERVAL 10,
                        FRAGMENTS 1024);
pings :: ICMPPingRewriter(pattern $address - 0-65535 0 1, drop, MAPPING_CAPACITY translate, TIMEOUT 60, REAP_INTERVAL 0,
                          FRAGMENTS 256);
errors :: ICMPRewriter(translate pings);
out_errors :: ICMPRewriter(translate pings) -> StoreIPAddress($address, src) -> to_outside;
translate[0] -> to_outside;
translate[1] -> to_inside;
pings[0] -> to_outside;
pings[1] -> to_inside;
errors -> to_inside;

// from inside
inside -> in_for :: IPClassifier(dst host $inside_address and icmp type echo, dst host $inside_address,
                                 src net $inside_net, -);
in_for[0] -> ICMPPingResponder -> to_inside;
in_for[1] -> in_local :: Discard;
in_for[2] -> in_ttl :: DecIPTTL
          -> in_kind :: IPClassifier(tcp or udp, icmp type echo or (icmp and ip frag), icmp, -);
in_for[3] -> spoofed :: Discard;
in_ttl[1] -> ICMPError($inside_address, timeexceeded, transit) -> to_inside;
in_kind[0] -> [0] translate;
in_kind[1] -> [0] pings;
in_kind[2] -> out_errors;
in_kind[3] -> in_other :: Discard;

// from outside
outside -> out_for :: IPClassifier(dst host $address and icmp type echo, dst host $address, -);
out_for[0] -> ICMPPingResponder -> to_outside;
out_for[1] -> out_ttl :: DecIPTTL -> out_kind :: IPClassifier(tcp or udp, icmp type echo-reply or (icmp and ip frag), icmp, -);
out_for[2] -> not_ours :: Discard;
out_ttl[1] -> ICMPError($address, timeexceeded, transit) -> to_outside;
out_kind[0] -> [1] translate;
out_kind[1] -> [1] pings;
out_kind[2] -> errors;
out_kind[3] -> out_other :: Discard;

// IPv6, both ways
outside[1] -> check6 :: CheckIP6Header(OFFSET 14) -> filter6 :: IP6Filter($ip6) -> [1] inside;
inside[1] -> out_check6 :: CheckIP6Header(OFFSET 14) -> out_filter6 :: IP6Filter($ip6) -> [1] outside;
