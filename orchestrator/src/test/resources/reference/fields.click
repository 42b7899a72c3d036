// Header fields by name and place, and times with a sign.
i :: Idle -> AdjustTimestamp(-1.5) -> AdjustTimestamp(+20ms)
-> AggregateIP(ip src) -> AggregateIP(ip src/8) -> AggregateIP(ip src & 0xFF000000) -> AggregateIP(ip[12])
-> AggregateIP("ip[12, 1]") -> AggregateIP("ip{96, 8}") -> AggregateIP(ip{96-103}) -> AggregateIP(ip [ 8 : 2 ] & 0x3F0)
-> AggregateIP(tcp dport) -> AggregateIP(sport) -> AggregateIP(udp sport/4) -> AggregateIP(tcp flags{6-7})
-> AggregateIP(transp[4:4]) -> AggregateIP(data[0-1]) -> AggregateIP(ip proto 89[1]) -> AggregateIP(ip proto)
-> AggregateIP(gre{3}) -> AggregateIP(icmp type) -> d :: Discard;
