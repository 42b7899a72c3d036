// Ethernet types, ARP operations, masks, negation.
FromDevice(0) -> c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, 12/86dd%ffff !14/6?, 0/01%01, -);
c[0] -> d :: Discard;
c[1] -> d;
c[2] -> ip :: IPClassifier(10.0.0.0/24 and syn, dst tcp port 8000 or 8080, dst tcp port > 1023, icmp type echo, -);
c[3] -> d;
c[4] -> d;
c[5] -> d;
ip [] => d, d, d, d, d;
