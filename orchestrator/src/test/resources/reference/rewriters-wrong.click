// Each input's specification is wrong in a way of its own.
InfiniteSource -> t :: Tee(8);
rw :: IPRewriter(pattern 1.0.0.1 1x - - 0 0,
    pattern 1.0.0.1 456-19 - - 0 0,
    pattern 1.0.0.1-1.0.0.9 5 - - 0 0,
    pattern nobody 0 0,
    pattern - - - - 0 1,
    nobody,
    keep 0,
    drop it);
t[0] -> [0] rw;
t[1] -> [1] rw;
t[2] -> [2] rw;
t[3] -> [3] rw;
t[4] -> [4] rw;
t[5] -> [5] rw;
t[6] -> [6] rw;
t[7] -> [7] rw;
rw -> Discard;
