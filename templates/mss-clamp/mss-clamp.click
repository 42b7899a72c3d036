// A bump in the wire that lowers TCP's maximum segment size in both directions; all else passes unchanged.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
clamp_in :: TCPMSSClamp($mtu) -> to_inside;
clamp_out :: TCPMSSClamp($mtu) -> to_outside;

FromDevice(0, PROMISC true) -> inward :: MarkInnerHeader -> clamp_in;
inward[1] -> clamp_in;
inward[2] -> to_inside;
inward[3] -> to_inside;

FromDevice(1, PROMISC true) -> outward :: MarkInnerHeader -> clamp_out;
outward[1] -> clamp_out;
outward[2] -> to_outside;
outward[3] -> to_outside;
