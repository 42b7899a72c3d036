// Each side's frames leave by the other side as they came, also those that are broken: nothing is looked at.

FromDevice(0, PROMISC true) -> inward :: Counter -> ToDevice(1);
FromDevice(1, PROMISC true) -> outward :: Counter -> ToDevice(0);
