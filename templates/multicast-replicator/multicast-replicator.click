// Frames to IPv4 groups go to the links that have members; all else goes where a learning switch sends it.

groups :: MulticastSwitch(upstream, QUERIER $address, INTERVAL $query_interval, RESPONSE $response, ROUTER 0,
                          FAST_LEAVE $fast_leave, FLOOD $flood, CAPACITY $groups, LIMIT $groups_of_a_link);
switch :: EtherSwitch;

to_upstream :: ToDevice(upstream);
to_a :: ToDevice(a);
to_b :: ToDevice(b);
to_c :: ToDevice(c);

FromDevice(upstream, PROMISC true) -> [0] groups [0] -> to_upstream;
FromDevice(a, PROMISC true) -> [1] groups [1] -> to_a;
FromDevice(b, PROMISC true) -> [2] groups [2] -> to_b;
FromDevice(c, PROMISC true) -> [3] groups [3] -> to_c;
groups [4] -> [0] switch [0] -> to_upstream;
groups [5] -> [1] switch [1] -> to_a;
groups [6] -> [2] switch [2] -> to_b;
groups [7] -> [3] switch [3] -> to_c;
