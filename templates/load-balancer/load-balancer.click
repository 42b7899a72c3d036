// Spreads connections to one address over servers, IPv4. The servers' way to their clients leads back through here.

// One link: gives what comes by it for this box, takes packets whose next hop is in the destination annotation.
elementclass Side {
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

outside :: Side(outside, $address);
inside :: Side(inside, $inside_address);
to_outside :: StaticIPLookup($outside_net 0, 0.0.0.0/0 $gateway 0) -> outside;
to_inside :: StaticIPLookup($inside_net 0, 0.0.0.0/0 1) -> inside;
to_inside[1] -> astray :: Discard;

servers :: BackendMapper($servers, PORT $server_port, BY_FLOW $by_flow, SEED $seed);
balance :: IPRewriter(servers, drop, MAPPING_CAPACITY $mappings, TCP_TIMEOUT $tcp_timeout, UDP_TIMEOUT $udp_timeout,
                      REAP_INTERVAL 10);
errors :: ICMPRewriter(balance:0);
balance[0] -> to_inside;
balance[1] -> to_outside;
errors[0] -> to_inside;
errors[1] -> to_outside;

// from outside: connections to the address, of the services that are offered
outside -> for :: IPClassifier(dst host $address and icmp type echo, dst host $address, -);
for[0] -> ICMPPingResponder -> to_outside;
for[1] -> ttl :: DecIPTTL -> kind :: IPClassifier(icmp, -);
for[2] -> not_ours :: Discard;
ttl[1] -> ICMPError($address, timeexceeded, transit) -> to_outside;
kind[0] -> errors;
kind[1] -> offered :: IPFilter($services, deny all) -> [0] balance;

// from inside: answers
inside -> in_for :: IPClassifier(dst host $inside_address and icmp type echo, dst host $inside_address,
                                 src net $inside_net and (tcp or udp), -);
in_for[0] -> ICMPPingResponder -> to_inside;
in_for[1] -> in_local :: Discard;
in_for[2] -> in_ttl :: DecIPTTL -> [1] balance;
in_for[3] -> in_other :: Discard;
in_ttl[1] -> ICMPError($inside_address, timeexceeded, transit) -> to_inside;
