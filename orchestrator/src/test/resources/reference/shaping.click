// Bandwidths, rates and durations as shapers take them.
FromDevice(0) -> q :: Queue(50) -> CoDel(5, 100) -> BandwidthShaper(1.5 Mbps) -> u :: BandwidthRatedUnqueue(10kBps, BURST_DURATION 5ms);
u -> m :: BandwidthMeter(9600baud, 20kBps, 1000000);
m[0] -> r :: RatedSplitter(2k) -> Discard;
m[1] -> RED(5, 50, 0.02) -> q2 :: Queue -> LinkUnqueue(10ms, 384kbps) -> Discard;
m[2] -> FlowRateLimiter(1Mbps, KEY flow) -> Discard;
m[3] -> Discard;
r[1] -> Discard;
