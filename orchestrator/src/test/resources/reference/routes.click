// Routes and lists of addresses; prefixes without their trailing zeros.
Idle -> table :: RadixIPLookup(10.0.0.9/24 1, 0/0 10.0.0.254 0, 18.26.4/24 - 1, 192.0.2.1 1, 172.16.0.0/255.240.0.0 10.0.0.1 0)
    -> options :: IPGWOptions(10.0.0.1, 10.0.1.1 10.0.2.1) -> Discard;
table[1] -> ICMPError(10.0.0.1, unreachable, host, BADADDRS "") -> Discard;
// The address of a device, by its name.
Idle -> EtherEncap(ip, inside, outside) -> ARPResponder(10.0.0.1 outside, 10.0.0.2 02:00:00:00:00:01) -> Discard;
