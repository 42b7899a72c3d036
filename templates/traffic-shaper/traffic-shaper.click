// Each way a queue, a watch over how long frames wait in it, and a shaper that the device pulls from.

FromDevice(0, PROMISC true) -> queue :: Queue($queue) -> codel :: CoDel($target, $interval, ECN $ecn)
    -> shaper :: BandwidthShaper($rate) -> inward :: Counter -> ToDevice(1);

FromDevice(1, PROMISC true) -> back_queue :: Queue($queue) -> back_codel :: CoDel($target, $interval, ECN $ecn)
    -> back_shaper :: BandwidthShaper($back_rate) -> outward :: Counter -> ToDevice(0);
