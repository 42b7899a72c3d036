i :: Idle -> AdjustTimestamp(soon) -> SetTimestamp(-1)
-> AggregateIP() -> AggregateIP(ip) -> AggregateIP(ip source) -> AggregateIP(eth src) -> AggregateIP(tcp dport/17)
-> AggregateIP(ip src & 0xF0F) -> AggregateIP(ip src & 0) -> AggregateIP(ip tos & 0x100) -> AggregateIP(ip[3:2])
-> AggregateIP(ip[0:5]) -> AggregateIP(ip[4-3]) -> AggregateIP(ip[4}) -> AggregateIP(ip proto[1]) -> AggregateIP(ip[1] x)
-> AggregateIP(ip[99999999999999999999]) -> d :: Discard;
