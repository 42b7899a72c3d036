// Compound elements, overloading, groups, port lists.
elementclass Filtered {
    $rule |
    input -> IPFilter($rule, drop all) -> output;
} elementclass Pair {
    input, input [1] -> Null -> output
||
    $limit | input -> Queue($limit) -> Unqueue -> output
}
in :: FromDevice(outside) -> MarkIPHeader(14) -> tee :: Tee;
tee [0, 1] => Filtered(allow udp), second :: Filtered("allow tcp && (dst port 80 || 443)") -> Null -> out :: ToDevice(inside);
tee [2] -> Pair(10) -> out;
tee [3] -> p :: Pair -> out;
tee [4] -> [1] p;
tee [5] -> (input -> Null -> Print(group) -> output) -> out;
