FromDevice(DEVICE, PROMISC true) -> Discard;
