// IPv6 prefixes, routes and names for them.
AddressInfo(lan 2001:db8:1::5/64, next fe80::1);
Idle -> table :: LookupIP6Route(2001:db8::9/32 1, ::/0 next 0, lan :: 1, 2001:db8:2::/ffff:ffff:ffff:: - 0, lan:ip6 0) -> Discard;
table[1] -> SetIP6Address(lan) -> Discard;
