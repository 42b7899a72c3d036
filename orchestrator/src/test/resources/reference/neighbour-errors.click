// What is no entry, and no prefix.
Idle -> IP6NDAdvertiser(2001:db8::1, 02:00:00:00:00:01, 10.0.0.1 02:00:00:00:00:01, ::1 inside outside) -> Discard;
