// What is no route.
Idle -> table :: RadixIPLookup(10.0.0.0/24, 10.0.0.0/24 1, 10.0.0.0/255.0.255.0 0, 10.0.0.0/24 x 0) -> Discard;
Idle -> StaticIPLookup(10.0.0.0/24 10.0.0.1 0 0) -> Discard;
Idle -> IPGWOptions(10.0.0.1, 10.0.1.1 10.0.2) -> Discard;
