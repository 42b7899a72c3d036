// Statements that cannot be read are named; of the others, what can be told.
a :: FromDevice(0) -> -> Discard;
b :: Strip(14 -> Discard;
c :: [1] Strip(x);
d :: Strip(y) -> Discard ? e;
elementclass F { input -> Strip(1) -> output;
