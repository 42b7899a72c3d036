// A bump in the wire that looks for signatures in what passes, in both directions of each connection.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
ids :: FlowStringMatcher($signatures, IGNORE_CASE $ignore_case, BLOCK $block, STRICT $strict, CAPACITY $connections,
                         HOLD $hold, CHECKSUM $checksums, LOG $log);

FromDevice(0, PROMISC true) -> [0] ids [0] -> to_inside;
FromDevice(1, PROMISC true) -> [1] ids [1] -> to_outside;
