// A bump in the wire that normalizes TCP headers in both directions; all else passes unchanged.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
tcp_in :: TCPNormalizer(UNKNOWN $unknown, KNOWN $known, RESERVED $reserved, URGENT $urgent, FLAGS $flags,
                        SYN_DATA $syn_data) -> to_inside;
tcp_out :: TCPNormalizer(UNKNOWN $unknown, KNOWN $known, RESERVED $reserved, URGENT $urgent, FLAGS $flags,
                         SYN_DATA $syn_data) -> to_outside;

FromDevice(0, PROMISC true) -> inward :: MarkInnerHeader -> tcp_in;
inward[1] -> tcp_in;
inward[2] -> to_inside;
inward[3] -> to_inside;

FromDevice(1, PROMISC true) -> outward :: MarkInnerHeader -> tcp_out;
outward[1] -> tcp_out;
outward[2] -> to_outside;
outward[3] -> to_outside;
