// Every argument type in its forms.
source :: InfiniteSource(DATA \<00 01 02 03 ff>"text \"quoted\"\n", LIMIT 0x10, BURST 010, ACTIVE no, STOP yes)
    -> paint :: Paint(COLOR 7, ANNO 16/1)
    -> strip :: Strip(14) -> Unstrip(LENGTH 14)
    -> print :: Print("a, b", CONTENTS ASCII, MAXLENGTH -1, TIMESTAMP true)
    -> encap :: EtherEncap(ip6, 2-0-0-0-0-1, ff:ff:ff:ff:ff:ff)
    -> responder :: ARPResponder(10.0.0.1 10.0.1.0/24 02:00:00:00:00:02, 192.0.2.7/255.255.255.255 0200.0000.0003)
    -> monitor :: FlowMonitor(CAPACITY 100, TIMEOUT 1.5s)
    -> queue :: Queue -> Unqueue(4) -> switch :: Switch(-1)
    -> ToDevice(1);
FromDevice(outside) -> Tee -> Discard;
