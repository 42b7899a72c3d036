// A stateful translator from IPv6 to IPv4 (NAT64, RFC 6146): IPv6 hosts inside reach IPv4 hosts outside at addresses that
// are made of a prefix and the IPv4 address. Each host gets a private IPv4 address within the box; then headers are
// translated; then connections get the one outside address, with ports of its own.

// The IPv4 link: gives what comes by it for this box, takes packets whose next hop is in the destination annotation.
elementclass Outside {
    $device, $address |

    to :: ToDevice($device);
    arp :: ARPQuerier($address, $device, BROADCAST 255.255.255.255) -> to;
    FromDevice($device)
        -> mine :: HostEtherFilter($device)
        -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
    kind[0] -> answer :: ARPResponder($address $device) -> to;
    kind[1] -> [1] arp;
    kind[2] -> Strip(14) -> check :: CheckIPHeader -> output;
    kind[3] -> other :: Discard;
    input -> arp;
}

// The same of the IPv6 link.
elementclass Inside {
    $device, $address |

    to :: ToDevice($device);
    nd :: IP6NDSolicitor($address, $device) -> to;
    FromDevice($device)
        -> mine :: HostEtherFilter($device)
        -> kind :: Classifier(12/86dd 20/3aff 54/87, 12/86dd 20/3aff 54/88, 12/86dd, -);
    kind[0] -> answer :: IP6NDAdvertiser($address $device) -> to;
    kind[1] -> [1] nd;
    kind[2] -> Strip(14) -> check :: CheckIP6Header -> output;
    kind[3] -> other :: Discard;
    input -> nd;
}

outside :: Outside(outside, $address);
inside :: Inside(inside, $inside_address);
to_outside :: StaticIPLookup($outside_net 0, 0.0.0.0/0 $gateway 0) -> outside;
to_inside :: LookupIP6Route($inside_net $inside_gateway 0, $inside_link 0) -> inside;

// Hosts' addresses within the box are of 100.64.0.0/10 (RFC 6598), and leave it on neither side.
hosts :: AddressTranslator(0, true, false, false, ::ffff:100.64.0.1 $hosts, TIMEOUT $tcp_timeout);
to_ip4 :: ProtocolTranslator64(PREFIX $prefix, HOSTS ::ffff:0:0/96);
to_ip6 :: ProtocolTranslator46(PREFIX $prefix, HOSTS ::ffff:0:0/96);
translate :: IPRewriter(pattern $address 1024-65535 - - 0 1, drop, MAPPING_CAPACITY $mappings,
                        TCP_TIMEOUT $tcp_timeout, UDP_TIMEOUT $udp_timeout, REAP_INTERVAL 10);
pings :: ICMPPingRewriter(pattern $address - 0-65535 0 1, drop, MAPPING_CAPACITY translate, TIMEOUT 60, REAP_INTERVAL 0);
errors :: ICMPRewriter(translate pings);

// from inside
inside -> in_for :: IP6Filter(0 src net $inside_net && dst net $prefix, 1 dst host $inside_address, 2 all);
in_for[0] -> in_hops :: DecIP6HLIM -> [0] hosts [0] -> to_ip4 -> in_kind :: IPClassifier(tcp or udp, icmp type echo, -);
in_for[1] -> in_local :: Discard;
in_for[2] -> strays :: Discard;
in_hops[1] -> ICMP6Error($inside_address, 3, 0) -> in_errors :: RatedSplitter(100) -> GetIP6Address(24) -> to_inside;
in_errors[1] -> in_silence :: Discard;
in_kind[0] -> [0] translate;
in_kind[1] -> [0] pings;
in_kind[2] -> in_other :: Discard;
translate[0] -> to_outside;
pings[0] -> to_outside;

// from outside
outside -> out_for :: IPClassifier(dst host $address and icmp type echo, dst host $address, -);
out_for[0] -> ICMPPingResponder -> to_outside;
out_for[1] -> out_ttl :: DecIPTTL -> out_size :: CheckLength($longest)
    -> out_kind :: IPClassifier(tcp or udp, icmp type echo-reply, icmp, -);
out_for[2] -> not_ours :: Discard;
out_ttl[1] -> ICMPError($address, timeexceeded, transit) -> out_errors :: RatedSplitter(100) -> to_outside;
out_size[1] -> out_may :: Classifier(6/40%40, -);   // Don't Fragment
out_may[0] -> ICMPError($address, unreachable, needfrag, PMTU $longest) -> out_errors;
out_may[1] -> out_kind;
out_errors[1] -> out_silence :: Discard;
out_kind[0] -> [1] translate;
out_kind[1] -> [1] pings;
out_kind[2] -> errors;
out_kind[3] -> out_other :: Discard;
translate[1] -> to_ip6;
pings[1] -> to_ip6;
errors -> to_ip6 -> [1] hosts [1] -> to_inside;
