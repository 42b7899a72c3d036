// What is no IPv6 route.
Idle -> table :: LookupIP6Route(2001:db8::/32, 2001:db8::/32 1, 2001:db8::/ff00:ff00:: 0, 10.0.0.0/8 0, 2001:db8::/129 0,
    ::/0 10.0.0.1 0, ::/0 fe80::1 0 0) -> Discard;
