/* send.c: sends one UDP frame over and over by an interface, as fast as it goes or at a pace, and says how many a second.
 *
 *     flowstream-send INTERFACE SECONDS [--rate N] [--size BYTES] [--flows N] [--to MAC] [--port N]
 *
 * A packet socket past the queueing discipline, 64 frames a call: what the tests of forwarding rates all send by. Frames are
 * of SIZE bytes with their FCS, which is not sent; flows differ in their source port. Prints "sent N SECONDS". Root.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "net/checksum.h"
#include "net/ether.h"
#include "net/ip.h"
#include "net/transport.h"

enum { BATCH = 64, SLOTS = 4096, FCS = 4, FRAME = 1518, FIRST_PORT = 1024, LEAST = 64 };

struct settings {
    const char *interface;
    double seconds;
    unsigned long rate; /* frames a second; 0: as many as go */
    unsigned size, flows, port;
    unsigned to[6];
};

static struct timespec now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t;
}
static double since(struct timespec begun)
{
    struct timespec t = now();
    return (double)(t.tv_sec - begun.tv_sec) + (double)(t.tv_nsec - begun.tv_nsec) * 1e-9;
}

static void make(uint8_t *frame, const struct settings *s, unsigned flow)
{
    const uint16_t length = (uint16_t)(s->size - FCS - FS_ETHER_SIZE);
    struct fs_ether *e = (struct fs_ether *)frame;
    struct fs_ip *ip = (struct fs_ip *)(frame + FS_ETHER_SIZE);
    struct fs_udp *udp = (struct fs_udp *)(frame + FS_ETHER_SIZE + FS_IP_SIZE);
    static const uint8_t from[6] = {2, 0, 0, 0, 0, 1}, source[4] = {10, 0, 0, 1}, destination[4] = {10, 0, 1, 2};
    for (unsigned i = 0; i < 6; i++) {
        e->destination[i] = (uint8_t)s->to[i];
    }
    memcpy(e->source, from, sizeof(from));
    fs_put16(e->type, FS_ETHER_IP);
    *ip = (struct fs_ip){.version_length = 0x45, .ttl = 64, .protocol = FS_PROTOCOL_UDP};
    fs_put16(ip->length, length);
    memcpy(ip->source, source, sizeof(source));
    memcpy(ip->destination, destination, sizeof(destination));
    fs_put16(ip->checksum, fs_checksum(ip, FS_IP_SIZE));
    const uint16_t datagram = (uint16_t)(length - FS_IP_SIZE);
    fs_put16(udp->source_port, (uint16_t)(FIRST_PORT + flow));
    fs_put16(udp->destination_port, (uint16_t)s->port);
    fs_put16(udp->length, datagram);
    fs_put16(udp->checksum,
             fs_sum_fold(fs_sum_bytes(fs_sum_pseudo4(0, source, destination, FS_PROTOCOL_UDP, datagram), udp, datagram)));
}

static bool options(struct settings *s, int argc, char **argv)
{
    *s = (struct settings){.size = LEAST, .flows = 1, .port = 9999, .to = {2, 0, 0, 0, 0, 2}};
    if (argc < 3) {
        return false;
    }
    s->interface = argv[1];
    s->seconds = strtod(argv[2], NULL);
    for (int i = 3; i + 1 < argc; i += 2) {
        const unsigned long number = strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--rate") == 0) {
            s->rate = number;
        } else if (strcmp(argv[i], "--size") == 0) {
            s->size = (unsigned)number;
        } else if (strcmp(argv[i], "--flows") == 0) {
            s->flows = (unsigned)number;
        } else if (strcmp(argv[i], "--port") == 0) {
            s->port = (unsigned)number;
        } else if (strcmp(argv[i], "--to") != 0
                   || sscanf(argv[i + 1], "%x:%x:%x:%x:%x:%x", &s->to[0], &s->to[1], &s->to[2], &s->to[3], &s->to[4],
                             &s->to[5]) != 6) {
            return false;
        }
    }
    return s->seconds > 0 && s->size >= LEAST && s->size <= FRAME && s->flows > 0 && s->flows <= SLOTS && s->port < 65536
           && argc % 2 == 1;
}

static int open_socket(const char *interface)
{
    const int one = 1;
    const struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    return fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) == 0
                   && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0
               ? fd
               : -1;
}

static unsigned long send_all(int fd, const struct settings *s)
{
    static uint8_t frames[SLOTS][FRAME];
    static struct mmsghdr messages[SLOTS + BATCH];
    static struct iovec parts[SLOTS + BATCH];
    for (unsigned i = 0; i < SLOTS + BATCH; i++) { /* the first ones again at the end, so that every call may take a batch */
        const unsigned flow = i % s->flows;
        make(frames[flow], s, flow);
        parts[i] = (struct iovec){frames[flow], s->size - FCS};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    const struct timespec begun = now();
    unsigned long sent = 0;
    for (double gone = 0; gone < s->seconds; gone = since(begun)) {
        if (s->rate != 0 && (double)sent >= gone * (double)s->rate) {
            continue;
        }
        int n = sendmmsg(fd, messages + sent % s->flows, BATCH, 0);
        if (n < 0 && errno != ENOBUFS && errno != EAGAIN) {
            perror("flowstream-send: sendmmsg");
            exit(1);
        }
        sent += n > 0 ? (unsigned long)n : 0;
    }
    return sent;
}

int main(int argc, char **argv)
{
    struct settings s;
    if (!options(&s, argc, argv)) {
        fputs("usage: flowstream-send INTERFACE SECONDS [--rate N] [--size BYTES] [--flows N] [--to MAC] [--port N]\n", stderr);
        return 2;
    }
    int fd = open_socket(s.interface);
    if (fd < 0) {
        fprintf(stderr, "flowstream-send: %s: %s\n", s.interface, strerror(errno));
        return 1;
    }
    const struct timespec begun = now();
    const unsigned long sent = send_all(fd, &s);
    printf("sent %lu %.3f\n", sent, since(begun));
    return 0;
}
