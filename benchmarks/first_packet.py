"""first_packet: the sender and the receiver of benchmarks/first-packet, and what became of the flows.

    first_packet.py receive FILE PORT       writes a line for each datagram at its end: flow, number, sent, arrived (ns)
    first_packet.py send ADDRESS PORT FLOWS INTERVAL RATE [BURST [FIRST]]
    first_packet.py report FILE SENT

One flow at a time sends RATE datagrams a second for INTERVAL seconds, then the next one begins, from another source port:
so the sender never rests. A BURST has so many flows begin at once instead, each with a datagram, RATE a second over all.
Flows are numbered from FIRST.
Times of arrival are the kernel's own (SO_TIMESTAMPNS): how soon the receiver is scheduled does not count.
"""
import signal
import socket
import statistics
import struct
import sys
import time

RECORD = struct.Struct("!IIQ")
SO_TIMESTAMPNS = 35
FIRST_PORT = 20000


def receive(path, port):
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
    listening.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    listening.bind(("0.0.0.0", int(port)))
    arrived = []

    def end(*_):
        with open(path, "w") as file:
            file.writelines("%d %d %d %d\n" % each for each in arrived)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        data, ancillary, _, _ = listening.recvmsg(64, 64)
        seconds, nanos = struct.unpack("qq", ancillary[0][2])
        arrived.append(RECORD.unpack(data[:RECORD.size]) + (seconds * 1_000_000_000 + nanos,))


def send(address, port, flows, interval, rate, burst="1", numbered_from="0"):
    flows, rate, burst, offset, to = int(flows), int(rate), int(burst), int(numbered_from), (address, int(port))
    each = int(float(interval) * rate)
    sockets = []
    for flow in range(flows):
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sockets[flow].bind(("", FIRST_PORT + offset + flow))
    total = 0
    begin = time.monotonic()
    for first in range(0, flows, burst):
        together = min(burst, flows - first)
        for number in range(each):
            left = begin + total / rate - time.monotonic()
            if left > 0:
                time.sleep(left)
            flow = first + number % together
            sockets[flow].sendto(RECORD.pack(offset + flow, number // together, time.time_ns()) + bytes(18), to)
            total += 1
    print(total)


def report(path, sent):
    first, order, overtaken, count = {}, {}, 0, 0
    with open(path) as file:
        for line in file:
            flow, number, at, arrived = map(int, line.split())
            count += 1
            if number == 0:
                first[flow] = (arrived - at) / 1e6
            if number < order.get(flow, -1):
                overtaken += 1
            order[flow] = max(number, order.get(flow, -1))
    times = sorted(first.values())
    print(f"{sent} datagrams, {len(order)} flows: {int(sent) - count} lost, {overtaken} overtaken")
    if times:
        at = lambda share: times[min(len(times) - 1, int(len(times) * share))]
        print(f"first datagrams, sent to arrived, ms: {statistics.median(times):.1f} in the middle,"
              f" {at(0.9):.1f} at 90 %, {at(0.99):.1f} at 99 %, {times[-1]:.1f} at most, of {len(times)}")


if __name__ == "__main__":
    {"receive": receive, "send": send, "report": report}[sys.argv[1]](*sys.argv[2:])
