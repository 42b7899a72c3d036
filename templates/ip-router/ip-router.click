// An IPv4 router (RFC 1812) with two sides. Each Side is one interface: it takes packets that are to leave by it, their
// next hop in the destination annotation, and gives those that came by it. A further interface is a further Side, its
// addresses in the table, and an output of the table.

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

outside :: Side(outside, $outside_address, $outside_length, 1, $outside_mtu, $error_rate);
inside :: Side(inside, $inside_address, $inside_length, 2, $inside_mtu, $error_rate);

table :: RadixIPLookup($outside_address/32 2, $inside_address/32 2,
                       $outside_address/$outside_length 0, $inside_address/$inside_length 1,
                       $routes);
table[0] -> outside;
table[1] -> inside;
table[2] -> local :: IPClassifier(icmp type echo, udp, -);
table[3] -> ICMPError($outside_address, unreachable, net) -> errors :: RatedSplitter($error_rate) -> table;
errors[1] -> silence :: Discard;

local[0] -> ICMPPingResponder -> table;
local[1] -> ICMPError($outside_address, unreachable, port, SET_FIX_ANNO false) -> errors;
local[2] -> nobody :: Discard;

outside[0] -> table;
outside[1] -> table;
inside[0] -> table;
inside[1] -> table;
