// Frames go back where they came from, their addresses exchanged. Those to groups do not: a group's address cannot be a
// source.

FromDevice(0, PROMISC true) -> kind :: Classifier(0/01%01, -);
kind[0] -> group :: Discard;
kind[1] -> EtherMirror -> mirrored :: Counter -> ToDevice(0);
