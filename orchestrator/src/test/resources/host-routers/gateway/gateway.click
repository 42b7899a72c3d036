// Computers at home share the public address; new connections come to the gateway alone, for few services.

define($DEV eth0)
AddressInfo(home     192.168.7.1   192.168.7.0/24   02:00:00:00:00:00,
            public   203.0.113.9                    02:00:00:00:00:00,
            provider 203.0.113.1                    02:00:00:00:00:fe);

elementclass Watched {
  $device |
  from :: FromDevice($device, SNIFFER false, METHOD PCAP) -> seen :: Tee -> output;
  input -> Queue(1024) -> sent :: PullTee -> to :: ToDevice($device);
  seen[1] -> ToHostSniffers;
  sent[1] -> ToHostSniffers($device);
  ScheduleInfo(from .1, to 1);
}

line :: Watched($DEV);
home_arp :: ARPQuerier(home) -> line;
to_world :: GetIPAddress(16) -> CheckIPHeader -> EtherEncap(0x800, public, provider) -> line;
to_home :: GetIPAddress(16) -> CheckIPHeader -> home_arp;
to_host :: EtherEncap(0x800, provider, public) -> host :: ToHost;

line -> kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800);
kind[0] -> ARPResponder(home, public) -> line;
kind[1] -> answers :: Tee;
answers[0] -> ToHost;
answers[1] -> [1]home_arp;
kind[2] -> Strip(14) -> CheckIPHeader -> whose :: IPClassifier(dst host public, dst host home, src net home);

IPRewriterPatterns(NAT public 50000-65535 - -);
flows :: IPRewriter(pattern NAT 0 1, pass 1);
pings :: ICMPPingRewriter(pattern public 0-65535 - - 0 1, pass 1);
errors :: ICMPRewriter(flows pings);

// From outside, or from the gateway's own address: what is known goes home, the rest is looked at.
whose[0] -> icmp_or_not :: IPClassifier(icmp type echo-reply, icmp, -);
icmp_or_not[0] -> [1]pings;
icmp_or_not[1] -> errors;
icmp_or_not[2] -> [1]flows;
flows[0] -> to_world;
pings[0] -> to_world;
back :: IPClassifier(dst host public, dst net home);
flows[1] -> back;
pings[1] -> back;
errors[0] -> back;
errors[1] -> back;
back[0] -> firewall :: IPClassifier(dst tcp port ssh or smtp, dst tcp port domain, dst udp port domain, icmp,
                                    port > 4095, -);
firewall[0,1,2,3,4] -> to_host;
firewall[5] -> stopped :: Discard;
back[1] -> to_home;

whose[1] -> IPClassifier(src net home) -> to_host;
whose[2] -> where :: IPClassifier(dst net home, -);
where[0] -> to_home;
where[1] -> what :: IPClassifier(tcp or udp, icmp type echo);
what[0] -> [0]flows;
what[1] -> [0]pings;
