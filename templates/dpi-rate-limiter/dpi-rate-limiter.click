// A bump in the wire that looks into connections for signatures of applications, and limits the rate of those that have
// one, in both directions, from there on.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
dpi :: FlowStringMatcher($signatures, IGNORE_CASE $ignore_case, CAPACITY $connections, LOG $log);

FromDevice(0, PROMISC true) -> [0] dpi [0] -> to_inside;
FromDevice(1, PROMISC true) -> [1] dpi [1] -> to_outside;
dpi[2] -> limit :: FlowRateLimiter($rate, KEY $each, BURST_DURATION $burst, PREFIX $prefix, PREFIX6 $prefix6,
                                   CAPACITY $connections)
       -> to_inside;
dpi[3] -> back_limit :: FlowRateLimiter($back_rate, KEY $each, BURST_DURATION $burst, PREFIX $prefix, PREFIX6 $prefix6,
                                        CAPACITY $connections)
       -> to_outside;
