/* StripTransportHeader: takes off all that is in front of a packet's data. */
#include "net/marked.h"
#include "net/transport.h"

/* Bytes of the transport header in front of the cursor; 0 when it is not known or not whole. */
static size_t header_length(uint8_t protocol, struct fs_cursor c)
{
    switch (protocol) {
    case FS_PROTOCOL_TCP: {
        const struct fs_tcp *tcp = fs_take_tcp(&c);
        return tcp == NULL ? 0 : fs_tcp_header_length(tcp);
    }
    case FS_PROTOCOL_UDP:
        return fs_left(&c) < FS_UDP_SIZE ? 0 : FS_UDP_SIZE;
    case FS_PROTOCOL_ICMP:
        return fs_left(&c) < FS_ICMP_SIZE ? 0 : FS_ICMP_SIZE;
    default:
        return 0;
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_ip *h = fs_marked_ip(p);
        struct fs_carried c = h != NULL ? fs_ip_carried(p, h) : (struct fs_carried){0};
        size_t n = h == NULL || fs_ip_later_fragment(h)
            ? 0
            : header_length(h->protocol, (struct fs_cursor){c.at, c.at + c.length});
        if (n == 0) {
            fs_drop(e, p, h == NULL ? FS_DROP_BAD_LENGTH : FS_DROP_BAD_PROTOCOL);
            continue;
        }
        fs_packet_strip(p, (size_t)(c.at - p->data) + n);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ELEMENT(StripTransportHeader) = {
    .name = "StripTransportHeader",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "reads ip tcp; writes length; drops",
    .summary = "strips packets to what TCP, UDP or ICMP carry",
    .doc = "The packet then begins behind the transport header. Packets without a marked IPv4 header are dropped as\n"
           "`bad-length`, of other protocols, later fragments and cut off ones as `bad-protocol`.\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
