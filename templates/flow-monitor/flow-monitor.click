// One table for both directions: a connection is two flows, one each way.

monitor :: FlowMonitor(CAPACITY $capacity, TIMEOUT $timeout);

FromDevice(0, PROMISC true) -> [0] monitor [0] -> ToDevice(1);
FromDevice(1, PROMISC true) -> [1] monitor [1] -> ToDevice(0);
