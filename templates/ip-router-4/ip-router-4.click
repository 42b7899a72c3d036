// An IPv4 router (RFC 1812) with four links: ip-router with two more sides.

elementclass Side {
    $device, $address, $length, $color, $mtu, $rate |

    to :: ToDevice($device);
    arp :: ARPQuerier($address/$length, $device, BROADCAST 255.255.255.255) -> to;
    FromDevice($device)
        -> mine :: HostEtherFilter($device)
        -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
    kind[0] -> answer :: ARPResponder($address $device) -> to;
    kind[1] -> [1]arp;
    kind[2] -> in :: IPInputCombo($color, INTERFACES $address/$length) -> output;
    kind[3] -> other :: Discard;

    errors :: RatedSplitter($rate) -> [1]output;
    errors[1] -> silence :: Discard;
    input -> out :: IPOutputCombo($color, $address, $mtu) -> arp;
    out[1] -> ICMPError($address, redirect, host) -> errors;
    out[2] -> ICMPError($address, parameterproblem, erroratptr) -> errors;
    out[3] -> ICMPError($address, timeexceeded, transit) -> errors;
    out[4] -> fragments :: IPFragmenter($mtu) -> arp;
    fragments[1] -> ICMPError($address, unreachable, needfrag, PMTU $mtu) -> errors;
}

a :: Side(a, $a_address, $a_length, 1, $mtu, $error_rate);
b :: Side(b, $b_address, $b_length, 2, $mtu, $error_rate);
c :: Side(c, $c_address, $c_length, 3, $mtu, $error_rate);
d :: Side(d, $d_address, $d_length, 4, $mtu, $error_rate);

table :: RadixIPLookup($a_address/32 4, $b_address/32 4, $c_address/32 4, $d_address/32 4,
                       $a_address/$a_length 0, $b_address/$b_length 1,
                       $c_address/$c_length 2, $d_address/$d_length 3,
                       $routes);
table[0] -> a;
table[1] -> b;
table[2] -> c;
table[3] -> d;
table[4] -> local :: IPClassifier(icmp type echo, udp, -);
table[5] -> ICMPError($a_address, unreachable, net) -> errors :: RatedSplitter($error_rate) -> table;
errors[1] -> silence :: Discard;

local[0] -> ICMPPingResponder -> table;
local[1] -> ICMPError($a_address, unreachable, port, SET_FIX_ANNO false) -> errors;
local[2] -> nobody :: Discard;

a[0] -> table;
a[1] -> table;
b[0] -> table;
b[1] -> table;
c[0] -> table;
c[1] -> table;
d[0] -> table;
d[1] -> table;
