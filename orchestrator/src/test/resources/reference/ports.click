// Ports left open, ports that do not exist, pushed and pulled, used twice.
in :: FromDevice(0) -> null :: Null;
q :: Queue -> Discard;
q -> Discard;
in -> Discard;
m :: MarkInnerHeader [1] -> Discard;
FromDevice(0) -> [1] s :: Strip(14) [2] -> Discard;
FromDevice(0) -> n :: Null -> Unqueue -> Discard;
Queue -> Null -> t :: Tee -> Discard;
c :: IPClassifier(tcp, udp);
c [2] -> Discard;
