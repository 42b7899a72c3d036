// IP in IP from 192.0.2.1 to 198.51.100.1, by way of 192.0.2.254. Inside is 10.9.0.0/24; the host has an end of its own.

AddressInfo(near 192.0.2.1 192.0.2.0/24 02:00:00:00:00:00, far 198.51.100.1, gate 192.0.2.254,
            inside 10.9.0.1 10.9.0.0/24 02:00:00:00:00:01);

to_outside :: Queue -> ToDevice(near:eth);
near_arp :: ARPQuerier(near) -> to_outside;
wrap :: CheckIPHeader -> IPEncap(4, near, far) -> SetIPAddress(gate) -> near_arp;

host :: ToHost(fake0);
host_kind :: Classifier(12/0806, 12/0800);
FromHost(fake0, 10.9.1.1/24, ETHER 1:2:3:4:5:6, MTU 1480) -> host_kind;
host_kind[0] -> ARPResponder(0/0 1:1:1:1:1:1) -> host;
host_kind[1] -> Strip(14) -> wrap;

to_inside :: Queue -> ToDevice(inside:eth);
inside_arp :: ARPQuerier(inside) -> to_inside;
PollDevice(inside:eth) -> inside_kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800);
inside_kind[0] -> ARPResponder(inside) -> to_inside;
inside_kind[1] -> [1]inside_arp;
inside_kind[2] -> Strip(14) -> wrap;

FromDevice(near:eth, PROMISC false) -> near_kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800);
near_kind[0] -> ARPResponder(near) -> to_outside;
near_kind[1] -> copies :: Tee -> [1]near_arp;
copies[1] -> host;
near_kind[2] -> Strip(14) -> CheckIPHeader -> ours :: IPClassifier(src host far and dst host near and ip proto ipip, -);
ours[1] -> Unstrip(14) -> host;
ours[0] -> StripIPHeader -> CheckIPHeader -> GetIPAddress(16) -> there :: IPClassifier(dst net inside, -);
there[0] -> inside_arp;
there[1] -> EtherEncap(0x0800, 1:1:1:1:1:1, 1:2:3:4:5:6) -> host;
