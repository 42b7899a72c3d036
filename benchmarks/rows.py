"""The configurations that are measured. Each row is text that Click, FastClick and Flowstream all take.

A row's text holds $N, the number of packets. Rows of one flow have InfiniteSource, whose packets are copies of one
buffer. Rows of many flows read a dump of packets into a queue, and send them round: `loop` rows send a copy of each
through the path (Tee), `closed` rows the frames themselves. A loop's own cost is a row too, so that it can be taken off.
"""
import random

PREFIXES = 64  # addresses are of 10.0.0.0/10

FRAME = ("000000000001 000000000002 0800 4500 0032 0001 0000 4011 66b8 0a000001 0a000002"
         " 0035 0035 001e0000" + " 00000000" * 5 + " 0000")


def source(burst=32):
    return f"InfiniteSource(DATA \\<{FRAME}>, LIMIT $N, BURST {burst}, TIMESTAMP false, STOP true)"


# ---- rules, routes, flows: the same each time ----

def rules(count, seed=1):
    """What firewalls are made of: prefixes, hosts, ports, ranges, flags. The last denies all."""
    r = random.Random(seed)
    common = [22, 25, 53, 80, 110, 123, 143, 443, 993, 3306, 5060, 8080, 8443]

    def host():
        return f"10.{r.randrange(PREFIXES)}.{r.randrange(256)}.{1 + r.randrange(254)}"

    def net24():
        return host().rsplit(".", 1)[0] + ".0/24"

    def net20():
        return f"10.{r.randrange(PREFIXES)}.{16 * r.randrange(16)}.0/20"

    def port():
        return r.choice(common) if r.random() < 0.6 else r.randrange(1024, 65000)

    shapes = [
        lambda: f"src net {net24()} && tcp dst port {port()}",
        lambda: f"dst host {host()} && udp dst port {port()}",
        lambda: f"src net 10.{r.randrange(PREFIXES)}.0.0/16 && dst net {net24()} && tcp",
        lambda: f"src host {host()} && tcp opt syn",
        lambda: f"icmp type echo && src net {net20()}",
        lambda: f"src host {host()} && dst host {host()} && tcp src port {port()}",
        lambda: f"dst net {net24()} && tcp dst port > {1023 + r.randrange(30000)} && not tcp opt ack",
        lambda: f"udp src port {port()} && dst net {net20()}",
    ]
    made = [("allow " if r.random() < 0.6 else "deny ") + shapes[i % len(shapes)]() for i in range(count - 1)]
    return made + ["deny all"]


def routes(count, outputs=4, gateways=16, seed=2):
    """Prefixes of 16 to 24 bits, and a default; as many different pairs of gateway and output as Click can hold."""
    r = random.Random(seed)
    made = {"0.0.0.0/0 192.0.2.1 0"}
    while len(made) < count:
        length = r.choice([16, 20, 22, 24, 24, 24])
        bits = (10 << 24 | r.randrange(PREFIXES << 16)) >> (32 - length) << (32 - length)
        address = ".".join(str(bits >> s & 255) for s in (24, 16, 8, 0))
        made.add(f"{address}/{length} 192.0.2.{1 + r.randrange(gateways)} {r.randrange(outputs)}")
    unique = {}
    for route in sorted(made):
        unique.setdefault(route.split()[0], route)
    return list(unique.values())


def flows(count, seed=3):
    """A dump of UDP packets of 50 bytes, each of another flow; each destination is there twice."""
    r = random.Random(seed)

    def address():
        bits = 10 << 24 | r.randrange(PREFIXES << 16)
        return ".".join(str(bits >> s & 255) for s in (24, 16, 8, 0))

    destinations = [address() for _ in range(max(1, count // 2))]
    lines = ["!data src sport dst dport proto ip_len"]
    for i in range(count):
        port = r.choice([53, 80, 123, 443, 5060, 8080])
        lines.append(f"{address()} {r.randrange(1024, 65536)} {destinations[i % len(destinations)]} {port} U 50")
    return "\n".join(lines) + "\n"


# ---- shapes of configurations ----

def simple(path):
    return f"{source()} -> {path} Discard;"


def cycle(flow_file, through, ether=True):
    """The packets of a dump in a queue that is emptied and filled until $N have gone round."""
    frame = "EtherEncap(0x0800, 2:0:0:0:0:1, 2:0:0:0:0:2) -> " if ether else ""
    return (f"q :: Queue(200000); u :: Unqueue(BURST 32, ACTIVE false); c :: Counter(COUNT_CALL $N stop);\n"
            f"FromIPSummaryDump({flow_file}, STOP false, CHECKSUM true) -> Counter(COUNT_CALL $FLOWS u.active true)\n"
            f"    -> {frame}q -> u;\n{through}\nc -> q;")


def loop(flow_file, path):
    return cycle(flow_file, f"u -> t :: Tee(2); t[0] -> {path} Discard; t[1] -> c;")


def closed(flow_file, path, ether=True):
    return cycle(flow_file, f"u -> {path} c;", ether)


def listed(items):
    return ",\n    ".join(items)


CHECK = "Strip(14) -> CheckIPHeader ->"
ROUTER_END = "".join(
    f"rt[{i}] -> DecIPTTL -> EtherEncap(0x0800, 2:0:0:0:0:{i}, 2:0:0:0:1:{i}) -> d;\n" for i in range(4))


def router(feed):
    return (f"rt :: RadixIPLookup(\n    {listed(routes(1000))});\nd :: Discard;\n"
            f"{feed} Strip(14) -> CheckIPHeader -> rt;\n{ROUTER_END}")


def ip_filter(count):
    return f"{CHECK} IPFilter(\n    {listed(rules(count))}) ->"


NAT = "rw :: IPRewriter(pattern 198.51.100.1 1024-65535 - - 0 1, drop, MAPPING_CAPACITY 200000);\n"
BOTH_WAYS = ("CheckIPHeader -> [0]rw; rw[0] -> IPMirror -> CheckIPHeader -> [1]rw; rw[1] -> IPMirror ->")


def cgnat(flow_file):
    fire = [f"deny src net 10.{64 + i}.0.0/16 && dst port {1000 + i}" for i in range(49)] + ["allow all"]
    ends = "".join(f"rt[{i}] -> DecIPTTL -> EtherEncap(0x0800, 2:0:0:0:0:{i}, 2:0:0:0:1:{i}) -> back;\n" for i in range(4))
    return cycle(flow_file, (
        NAT + f"rt :: RadixIPLookup(\n    {listed(routes(1000))});\nback :: Strip(14);\n"
        "u -> t :: Tee(2); t[1] -> c; t[0] -> cl :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);\n"
        "cl[0] -> Discard; cl[1] -> Discard; cl[3] -> Discard;\n"
        f"cl[2] -> Strip(14) -> CheckIPHeader -> IPFilter(\n    {listed(fire)}) -> [0]rw;\n"
        f"rw[0] -> rt;\n{ends}"
        "back -> CheckIPHeader -> IPMirror -> [1]rw; rw[1] -> EtherEncap(0x0800, 2:0:0:0:0:9, 2:0:0:0:1:9) -> Discard;"))


CLASSIFIER = ", ".join(f"12/0800 23/11 36/{1000 + i:04x}" for i in range(19)) + ", 12/0800 23/11 36/0035, -"
CLASSIFIER_OUTPUTS = "".join(f"cl[{i}] -> d;\n" for i in range(21))
GIGABYTE = "1000000000"


class Row:
    def __init__(self, name, what, text, packets, flows=0, floor=None):
        self.name, self.what, self.text = name, what, text
        self.packets, self.flows, self.floor = packets, flows, floor


def all_rows():
    million = 1000000
    ten, hundred = "flows10k.dump", "flows100k.dump"
    made = []

    def row(name, what, text, packets, **more):
        made.append(Row(name, what, text, packets, **more))

    row("a0-discard", "source, Discard", simple(""), 10 * million)
    row("a-counter", "Counter", simple("Counter ->"), 10 * million, floor="a0-discard")
    row("a-counter-burst1", "Counter, BURST 1", f"{source(1)} -> Counter -> Discard;", 10 * million)
    row("b-ethermirror", "EtherMirror", simple("EtherMirror ->"), 10 * million, floor="a0-discard")
    row("c1-checkip", "Strip, CheckIPHeader", simple(CHECK), 10 * million, floor="a0-discard")
    row("c2-checkip-lookup", "c1, RadixIPLookup of 1,000 routes",
        f"rt :: RadixIPLookup(\n    {listed(routes(1000))});\nd :: Discard;\n{source()} -> {CHECK} rt;\n"
        + "".join(f"rt[{i}] -> d;\n" for i in range(4)), 10 * million, floor="a0-discard")
    row("c-router", "c2, DecIPTTL, EtherEncap", router(f"{source()} ->"), 10 * million, floor="a0-discard")
    row("c-router-10kdst", "the same, 10k flows (loop)",
        cycle(ten, router("u -> t :: Tee(2); t[1] -> c; t[0] ->")), 3 * million, flows=10000, floor="e0-loop-10k")
    for count, packets in ((10, 10), (100, 5), (1000, 2), (10000, 1)):
        row(f"d-ipfilter-{count}", f"c1, IPFilter of {count} rules", simple(ip_filter(count)), packets * million,
            floor="a0-discard")
    row("d-ipfilter-1000-10k", "the same of 1,000, 10k flows (loop)", loop(ten, ip_filter(1000)), 2 * million,
        flows=10000, floor="e0-loop-10k")
    row("e-nat-1flow", "c1, IPRewriter, 1 flow",
        f"{NAT}{source()} -> {CHECK} [0]rw; rw[0] -> Discard; Idle -> [1]rw; rw[1] -> Discard;", 5 * million,
        floor="a0-discard")
    for flow_file, name, count in ((ten, "10k", 10000), (hundred, "100k", 100000)):
        row(f"e0-loop-{name}", f"the loop alone, {name} flows", loop(flow_file, ""), 5 * million, flows=count)
        row(f"e0-loop-{name}-checkip", f"loop, c1, {name} flows", loop(flow_file, CHECK), 5 * million, flows=count,
            floor=f"e0-loop-{name}")
        row(f"e-nat-{name}", f"loop, c1, IPRewriter, {name} flows",
            NAT + cycle(flow_file, f"u -> t :: Tee(2); t[1] -> c; t[0] -> {CHECK} [0]rw;\n"
                        "rw[0] -> Discard; Idle -> [1]rw; rw[1] -> Discard;"),
            3 * million, flows=count, floor=f"e0-loop-{name}")
    row("f0-queue-unqueue", "Queue, Unqueue", f"{source()} -> Queue -> Unqueue(BURST 32) -> Discard;", 10 * million)
    row("f0-queue-unqueue-burst1", "Queue, Unqueue, BURST 1", f"{source(1)} -> Queue -> Unqueue -> Discard;",
        10 * million)
    row("f-bwratedunqueue", "Queue, BandwidthRatedUnqueue, BURST 1",
        # A rate that no engine reaches: at 1 GB/s a frame of 64 bytes takes 64 ns, however quick the engine is.
        f"{source(1)} -> Queue -> BandwidthRatedUnqueue(4000000000) -> Discard;", 5 * million,
        floor="f0-queue-unqueue-burst1")
    row("f-bwshaper", "Queue, BandwidthShaper, Unqueue",
        f"{source()} -> Queue -> BandwidthShaper({GIGABYTE}) -> Unqueue(BURST 32) -> Discard;", 5 * million,
        floor="f0-queue-unqueue")
    row("f-meter", "BandwidthMeter", f"{source()} -> m :: BandwidthMeter(4000000); m[0] -> d :: Discard; m[1] -> d;",
        10 * million, floor="a0-discard")
    row("f-ratedsplitter", "BandwidthRatedSplitter",
        f"{source()} -> m :: BandwidthRatedSplitter(4000000); m[0] -> d :: Discard; m[1] -> d;", 10 * million,
        floor="a0-discard")
    row("g-classifier20", "Classifier, the 20th pattern matches",
        f"d :: Discard;\n{source()} -> cl :: Classifier({CLASSIFIER});\n{CLASSIFIER_OUTPUTS}", 10 * million,
        floor="a0-discard")
    row("g-classifier20-10k", "the same, 10k flows of several ports (loop)",
        "d :: Discard;\n" + cycle(ten, f"u -> t :: Tee(2); t[1] -> c; t[0] -> cl :: Classifier({CLASSIFIER});\n"
                                  + CLASSIFIER_OUTPUTS), 5 * million, flows=10000, floor="e0-loop-10k")
    for plain, name, count in ((ten, "10k", 10000), (hundred, "100k", 100000)):
        row(f"x0-closed-{name}", f"the closed loop alone, {name} frames", closed(plain, ""), 10 * million, flows=count)
        row(f"x-closed-{name}-ethermirror", f"closed loop, EtherMirror, {name}", closed(plain, "EtherMirror ->"),
            10 * million, flows=count, floor=f"x0-closed-{name}")
        row(f"x-closed-{name}-nat", f"closed loop, two NAT passes, {name}", NAT + closed(plain, BOTH_WAYS, False), 2 * million,
            flows=count, floor=f"x0-closed-{name}")
    row("h-cgnat", "CG-NAT and firewall, out and back (loop)", cgnat(ten), million, flows=10000, floor="e0-loop-10k")
    return made
