"""Sends frames from endpoints and tells which arrived where.

probes.py NAMESPACE...   the namespaces' eth0 are endpoints 0, 1, ...

Standard input, a line each:   send ENDPOINT HEX      go MILLISECONDS COUNT
After `go` the frames are sent, and "ENDPOINT HEX" is printed for each of ours that arrived since the last `go`, wherever it
came from; then "end". It waits until COUNT have arrived and a moment more, or for so many milliseconds.
"""
import ctypes
import select
import socket
import sys
import time

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
PACKET_OUTGOING = 4
MAGIC = b"FSM1"
MAGIC_AT = 80
# What comes though it should not comes at once: nothing that is sent waits for anything else.
MOMENT = 0.002

libc = ctypes.CDLL(None, use_errno=True)


def endpoint(namespace):
    with open(f"/run/netns/{namespace}") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns to {namespace}")
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    end.bind(("eth0", ETH_P_ALL))
    end.setblocking(False)
    return end


ends = [endpoint(namespace) for namespace in sys.argv[1:]]
numbers = {end.fileno(): number for number, end in enumerate(ends)}
poll = select.poll()
for end in ends:
    poll.register(end, select.POLLIN)


def take(arrived, milliseconds):
    for descriptor, _ in poll.poll(milliseconds):
        number = numbers[descriptor]
        while True:
            try:
                frame, sender = ends[number].recvfrom(2048)
            except BlockingIOError:
                break
            if sender[2] != PACKET_OUTGOING and frame[MAGIC_AT:MAGIC_AT + 4] == MAGIC:
                arrived.append(f"{number} {frame.hex()}")


def go(frames, milliseconds, count):
    arrived = []
    for number, frame in frames:
        ends[number].send(frame)
    deadline = time.monotonic() + milliseconds / 1000
    moment = None
    while True:
        now = time.monotonic()
        if len(arrived) >= count and moment is None:
            moment = now + MOMENT
        until = deadline if moment is None else min(moment, deadline)
        if now >= until:
            break
        take(arrived, max(1, int((until - now) * 1000)))
    take(arrived, 0)
    print("\n".join(arrived + ["end"]), flush=True)


frames = []
for line in sys.stdin:
    words = line.split()
    if words[0] == "send":
        frames.append((int(words[1]), bytes.fromhex(words[2])))
    else:
        go(frames, int(words[1]), int(words[2]))
        frames = []
