"""A stream of numbered UDP datagrams, and its other end.

send ADDRESS PORT RATE SECONDS   sends RATE datagrams a second; prints how many it sent, also when it is ended before
receive PORT FILE [answer]       writes "NUMBER NANOSECONDS TOS" (monotonic clock; IPv4's type of service) for each
                                 datagram until it is ended, and answers it if asked to; the file is written line by
                                 line, so that a reader may follow
"""
import signal
import socket
import struct
import sys
import time


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def send(address, port, rate, seconds):
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    out = socket.socket(family(address), socket.SOCK_DGRAM)
    start = time.monotonic_ns()
    total = int(rate * seconds)
    refused = 0
    for number in range(total):
        due = start + number * 1_000_000_000 // rate
        now = time.monotonic_ns()
        if now < due:
            time.sleep((due - now) / 1e9)
        if ended:
            total = number
            break
        try:
            out.sendto(b"%d\n" % number + b"." * 40, (address, port))
        except OSError:
            refused += 1
    print(total - refused)


def service(ancillary):
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == socket.IP_TOS:
            return struct.unpack("B", data[:1])[0]
    return 0


def receive(port, path, answer):
    into = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    into.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    into.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    into.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    into.bind(("::", port))
    with open(path, "w", buffering=1) as lines:
        while True:
            data, ancillary, _, sender = into.recvmsg(2048, 64)
            lines.write(f"{int(data.split(None, 1)[0])} {time.monotonic_ns()} {service(ancillary)}\n")
            if answer:
                into.sendto(b"answer", sender)


if sys.argv[1] == "send":
    send(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
else:
    receive(int(sys.argv[2]), sys.argv[3], sys.argv[4:] == ["answer"])
