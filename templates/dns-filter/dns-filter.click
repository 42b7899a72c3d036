// A bump in the wire that keeps queries for listed names from getting out, and may answer them itself.

to_outside :: ToDevice(0);
to_inside :: ToDevice(1);
FromDevice(0, PROMISC true) -> to_inside;

FromDevice(1, PROMISC true) -> kind :: MarkInnerHeader -> dns :: DNSFilter($names, PORT $port, LOG $log);
kind[1] -> dns;
kind[2] -> to_outside;
kind[3] -> to_outside;

dns[0] -> to_outside;
dns[1] -> answer :: DNSResponder(ANSWER $answer, ADDRESS $address, ADDRESS6 $address6, TTL $ttl) -> EtherMirror -> to_inside;
answer[1] -> blocked :: Discard;                    // a query over TCP
dns[2] -> malformed :: IPFilter($malformed) -> to_outside;
