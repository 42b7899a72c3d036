AddressInfo(me, you 10.0.0.1 10.0.0.300);
PortInfo(proxy, dns fifty);
c :: { AddressInfo(inner 10.0.0.2) };
Idle -> ARPResponder(inner 2:0:0:0:0:1, you you:eth) -> Discard;
