// Fractions, lists of numbers, and an argument that has another's text when it is not given.
FromDevice(0) -> s :: StrideSwitch(3, 0x10);
s[0] -> RandomSample(.25) -> Discard;
s[1] -> RandomSample(DROP 0.3333333333333) -> Discard;
q :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01) -> Discard;
Idle -> q;
Idle -> [1]q;
