"""UDP datagrams in IPv4 fragments.

send ADDRESS MAC PORT LENGTH   sends one datagram in fragments of at most 1,000 bytes, as scapy cuts it
receive PORT FILE              writes the length of each datagram that arrives whole, a line each
"""
import socket
import sys

if sys.argv[1] == "send":
    import logging

    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.all import IP, UDP, Ether, Raw, conf, fragment, get_if_addr, sendp

    address, mac, port, length = sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    conf.verb = 0
    datagram = IP(src=get_if_addr("eth0"), dst=address, id=port) / UDP(sport=4000, dport=port) / Raw(b"f" * length)
    for piece in fragment(datagram, fragsize=1000):
        sendp(Ether(dst=mac) / piece, iface="eth0")
else:
    port, path = int(sys.argv[2]), sys.argv[3]
    into = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    into.bind(("", port))
    with open(path, "w", buffering=1) as lines:
        while True:
            lines.write(f"{len(into.recv(65536))}\n")
