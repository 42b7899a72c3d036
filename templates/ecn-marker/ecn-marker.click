// A bump in the wire that is the bottleneck by intent: what waits for the rate waits here, and senders are told to slow
// down by marks (RFC 3168) before the queue is full.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

FromDevice(0, PROMISC true)
    -> red :: RED($min_thresh, $max_thresh, $max_p, ECN true)
    -> queue :: Queue($queue)
    -> BandwidthRatedUnqueue($rate)
    -> to_inside;

FromDevice(1, PROMISC true)
    -> out_red :: RED($min_thresh, $max_thresh, $max_p, ECN true)
    -> out_queue :: Queue($queue)
    -> BandwidthRatedUnqueue($out_rate)
    -> to_outside;
