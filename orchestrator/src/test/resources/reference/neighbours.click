// Who answers neighbour solicitations, by what address of a device; and who asks.
AddressInfo(lan 2001:db8:1::5/64);
Idle -> IP6NDAdvertiser(lan fe80::1/128 outside, 2001:db8::/80 02:00:00:00:00:01) -> [0] ask :: IP6NDSolicitor(lan, inside) -> Discard;
Idle -> [1] ask;
