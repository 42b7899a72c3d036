// Each side's frames leave by the other side as they came, and a copy of each by the third.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
copied :: Counter -> ToDevice(2);

FromDevice(0, PROMISC true) -> inward :: Counter -> t :: Tee;
t[0] -> copied;
t[1] -> to_inside;

FromDevice(1, PROMISC true) -> outward :: Counter -> u :: Tee;
u[0] -> copied;
u[1] -> to_outside;

FromDevice(2, PROMISC true) -> from_copy :: Discard;   // nothing comes in by there
