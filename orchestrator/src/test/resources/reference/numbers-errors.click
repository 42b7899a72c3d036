FromDevice(0) -> s :: StrideSwitch(3, 3000000000, -1, x);
s[0] -> RandomSample(1.5) -> Discard;
s[1] -> RandomSample(a half) -> Discard;
s[2] -> RandomSample(1e-3) -> Discard;
q :: ARPQuerier(10.0.0.1) -> s1 :: Discard;
s[3] -> q;
Idle -> [1]q;
