// Classes that need a host's kernel are refused, with what to use in their place; others with the nearest name.
FromDevice(0) -> t :: Tee;
t[0] -> KernelTap(10.0.0.1/8);
t[1] -> Qeue(5) -> ToDevice(1);
KernelTun(10.0.0.1/8) -> Discard;
