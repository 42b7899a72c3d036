// A broadband access server: subscribers log in by PPPoE and get an address; their packets are routed, each subscriber
// within a rate of its own, with TCP segments that fit into a session.

to_access :: ToDevice(access);
pppoe :: PPPoEServer(access, $pool, $users, AUTH $auth, GATEWAY $gateway, DNS $dns $second_dns, NAME $name,
                     SERVICE $service, MRU $mtu, SESSIONS $sessions, LIMIT $sessions_of_a_host, ECHO $echo);
FromDevice(access) -> [0] pppoe [0] -> to_access;
pppoe[2] -> not_pppoe :: Discard;

to_network :: ToDevice(network);
arp :: ARPQuerier($address, network, BROADCAST 255.255.255.255) -> to_network;
FromDevice(network)
    -> mine :: HostEtherFilter(network)
    -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
kind[0] -> answer :: ARPResponder($address $pool network) -> to_network;  // for all subscribers
kind[1] -> [1] arp;
kind[3] -> other :: Discard;

// Where packets go: to the network, or to subscribers.
way :: StaticIPLookup($pool 1, $network_net 0, 0.0.0.0/0 $router 0);
way[0] -> up_clamp :: TCPMSSClamp($mtu) -> arp;
way[1] -> down_clamp :: TCPMSSClamp($mtu)
    -> down_limit :: FlowRateLimiter($down_rate, KEY destination, BURST_DURATION $burst, CAPACITY $sessions)
    -> fragments :: IPFragmenter($mtu) -> [1] pppoe;
fragments[1] -> ICMPError($address, unreachable, needfrag, PMTU $mtu) -> errors :: RatedSplitter($error_rate) -> way;
errors[1] -> silence :: Discard;

// from subscribers
pppoe[1] -> up_check :: CheckIPHeader
    -> up_limit :: FlowRateLimiter($up_rate, KEY source, BURST_DURATION $burst, CAPACITY $sessions)
    -> up :: IPClassifier((dst host $gateway or $address) and icmp type echo, dst host $gateway or $address,
                          dst net 224.0.0.0/3, -);
up[0] -> ICMPPingResponder -> way;
up[1] -> up_local :: Discard;
up[2] -> up_group :: Discard;
up[3] -> up_ttl :: DecIPTTL -> way;
up_ttl[1] -> ICMPError($gateway, timeexceeded, transit) -> errors;

// from the network
kind[2] -> Strip(14) -> down_check :: CheckIPHeader
    -> down :: IPClassifier(src net $pool, dst host $address and icmp type echo, dst host $address, dst net $pool, -);
down[0] -> spoofed :: Discard;
down[1] -> ICMPPingResponder -> way;
down[2] -> down_local :: Discard;
down[3] -> down_ttl :: DecIPTTL -> way;
down[4] -> not_ours :: Discard;
down_ttl[1] -> ICMPError($address, timeexceeded, transit) -> errors;
