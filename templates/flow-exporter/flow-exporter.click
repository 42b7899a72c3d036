// Frames pass as they came; what is measured of their flows goes to a collector by the third side.

exporter :: IPFIXExporter($source, $source_port, $collector, $collector_port, DOMAIN $domain,
    ACTIVE_TIMEOUT $active_timeout, IDLE_TIMEOUT $idle_timeout, TEMPLATE_INTERVAL $template_interval, MTU $mtu,
    CAPACITY $capacity);

FromDevice(0, PROMISC true) -> [0] exporter [0] -> ToDevice(1);
FromDevice(1, PROMISC true) -> [1] exporter [1] -> ToDevice(0);
exporter[2] -> EtherEncap(0x0800, $source_mac, $collector_mac) -> exported :: Counter -> ToDevice(2);

FromDevice(2, PROMISC true) -> from_export :: Discard;   // nothing comes in by there
