// What is wrong is named in one go, each with its place.
define($port http, $list "allow tcp", $bad alow)
a :: FromDevice(outsid, PROMSIC true) -> MarkIPHeader(14)
    -> filter :: IPFilter(allow tcp dst port 80, deny udp, alow icmp,
        2 all, allow tcp dst port 99999, allow src 10.0.0.300,
        "deny tcp and (udp or icmp", allow echo, $bad all, allow dst prot 80,
        allow src port 80 or, deny tcp opt foo, allow ip[2:4] = 1, allow ip ttl, $nothing)
    -> strip :: Strip(14, 15) -> ether :: EtherEncap(0x12345, 1:2:3, 02:00:00:00:00:01)
    -> Paint(256, ANNO COLOUR) -> Strip -> Switch(OUTPUT 0, OUTPUT 1)
    -> q :: Queue(many) -> ToDevice(inside);
c :: CheckIPHeadr -> q;
b :: ARPResponder(10.0.0.1, 10.0.0.2 2:0:0:0:0:1 2:0:0:0:0:2, 10.0.0 2:0:0:0:0:1);
x :: Classifier(12/080, 12/0800%ff, abc, );
FlowMonitor(TIMEOUT 3 fortnights);
