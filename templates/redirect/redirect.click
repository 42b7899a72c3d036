// What comes from outside and is chosen leaves by the third side; all else by the inside. What comes from inside leaves
// by the outside.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
aside :: Counter -> ToDevice(2);

FromDevice(0, PROMISC true) -> kind :: MarkInnerHeader;
kind[0] -> choice :: IPFilter($rules, 1 all);
choice[0] -> aside;
choice[1] -> to_inside;
kind[1] -> choice6 :: IP6Filter($ip6_rules, 1 all);
choice6[0] -> aside;
choice6[1] -> to_inside;
kind[2] -> to_inside;
kind[3] -> to_inside;

FromDevice(1, PROMISC true) -> outward :: Counter -> to_outside;

FromDevice(2, PROMISC true) -> from_aside :: Discard;   // a way out only
