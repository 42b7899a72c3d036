"""UDP datagrams in fragments, of IPv4 or IPv6.

send ADDRESS MAC PORT LENGTH [FROM]   sends one datagram in fragments of at most 1,000 bytes, as scapy cuts it, from
                               port 4000; FROM is the sender's address, for IPv6 alone
route ADDRESS PORT LENGTH SOURCE_PORT  sends one of IPv4 from that port by way of the kernel's routes
receive PORT FILE              writes the length of each datagram that arrives whole, a line each
"""
import socket
import sys

if sys.argv[1] == "route":
    from scapy.all import IP, UDP, Raw, fragment, get_if_addr

    address, port, length, source = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    whole = IP(src=get_if_addr("eth0"), dst=address, id=port) / UDP(sport=source, dport=port) / Raw(b"f" * length)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
        for piece in fragment(whole, fragsize=1000):
            out.sendto(bytes(piece), (address, 0))
elif sys.argv[1] == "send":
    import logging

    logging.getLogger("scapy").setLevel(logging.ERROR)
    from scapy.all import IP, UDP, Ether, IPv6, IPv6ExtHdrFragment, Raw, conf, fragment, fragment6, get_if_addr, sendp

    address, mac, port, length = sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    conf.verb = 0
    udp = UDP(sport=4000, dport=port) / Raw(b"f" * length)
    if ":" in address:
        pieces = fragment6(IPv6(src=sys.argv[6], dst=address) / IPv6ExtHdrFragment(id=port) / udp, 1000)
    else:
        pieces = fragment(IP(src=get_if_addr("eth0"), dst=address, id=port) / udp, fragsize=1000)
    for piece in pieces:
        sendp(Ether(dst=mac) / piece, iface="eth0")
else:
    port, path = int(sys.argv[2]), sys.argv[3]
    into = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    into.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    into.bind(("::", port))
    with open(path, "w", buffering=1) as lines:
        while True:
            lines.write(f"{len(into.recv(65536))}\n")
