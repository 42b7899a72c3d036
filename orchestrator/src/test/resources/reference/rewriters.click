// Specifications of rewriters, one for each input.
from_inside :: FromDevice(1);
from_outside :: FromDevice(0);
rw :: IPRewriter(pattern 198.51.100.1 1024-65535#   - - 0 1, drop, keep  1 0, pass, MAPPING_CAPACITY 1000, TCP_TIMEOUT 1h);
from_inside -> [0] rw [0] -> ToDevice(0);
from_outside -> [1] rw [1] -> ToDevice(1);
Idle -> [2] rw;
Idle -> [3] rw;
