// Each computer outside has a rate for what it sends, and another for what is sent to it. What is not IP passes.

FromDevice(0, PROMISC true)
    -> limit :: FlowRateLimiter($rate, KEY source, BURST_DURATION $burst, PREFIX $prefix, PREFIX6 $prefix6,
                                CAPACITY $computers)
    -> inward :: Counter -> ToDevice(1);

FromDevice(1, PROMISC true)
    -> back_limit :: FlowRateLimiter($back_rate, KEY destination, BURST_DURATION $burst, PREFIX $prefix,
                                     PREFIX6 $prefix6, CAPACITY $computers)
    -> outward :: Counter -> ToDevice(0);
