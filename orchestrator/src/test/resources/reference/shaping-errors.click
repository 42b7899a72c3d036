FromDevice(0) -> Queue -> BandwidthShaper(10 parsecs) -> BandwidthRatedUnqueue(-5kbps) -> m :: BandwidthMeter(10kbps, fast);
m[0] -> Discard; m[1] -> Discard; m[2] -> FlowRateLimiter(99999Gbps) -> Discard;
