AddressInfo(me 10.1.2.3/20 02:00:00:00:00:01 fe80::1, nets 192.0.2.0/24, // nobody
    other 198.51.100.7);
PortInfo(proxy 3128/tcp squid, dns 53);
FromDevice(0) -> f :: IPFilter(allow dst host me && tcp dst port proxy or squid, allow src net me:ipnet, "deny src other",
                               allow dst host me:bcast && udp port dns, allow dst net nets, deny all)
    -> c :: { AddressInfo(me 10.9.9.9); input -> IPFilter(allow src me, deny src other) -> output } -> ToDevice(1);
Idle -> r :: ARPResponder(me me:eth, nets me:eth) -> Discard;
