/* MarkInnerHeader: finds the network header behind VLAN tags and parts frames by what it is. */
#include <flowstream/element.h>

#include "net/ether.h"
#include "net/ip.h"
#include "net/ip6.h"

enum output { OUTPUT_IP, OUTPUT_IP6, OUTPUT_ARP, OUTPUT_OTHER, OUTPUTS, DROP = OUTPUTS };

/* Marks what is in the frame; says by which output it leaves. */
static enum output mark(struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    int type = fs_take_ether(&c);
    if (type < 0) {
        return DROP;
    }
    fs_set_mac_header(p, p->data);
    switch (type) {
    case FS_ETHER_IP:
        if (fs_left(&c) < FS_IP_SIZE) {
            return DROP;
        }
        fs_set_network_header(p, c.at, fs_ip_header_length((const struct fs_ip *)c.at));
        return OUTPUT_IP;
    case FS_ETHER_IP6: {
        struct fs_ip6_upper upper;
        if (fs_left(&c) < FS_IP6_SIZE) {
            return DROP;
        }
        fs_ip6_walk(c.at, c.end, &upper);
        fs_set_network_header(p, c.at, upper.offset);
        return OUTPUT_IP6;
    }
    case FS_ETHER_ARP:
        if (fs_left(&c) < FS_ARP_SIZE) {
            return DROP;
        }
        fs_set_network_header(p, c.at, FS_ARP_SIZE);
        return OUTPUT_ARP;
    default:
        fs_set_network_header(p, c.at, 0);
        return OUTPUT_OTHER;
    }
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    uint32_t outputs[FS_BATCH_MAX];
    (void)port;
    for (uint32_t i = 0; i < batch->count; i++) {
        if (i + 2 < batch->count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        outputs[i] = mark(batch->packets[i]);
    }
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_BAD_LENGTH);
}

FS_ELEMENT(MarkInnerHeader) = {
    .name = "MarkInnerHeader",
    .ports = "1/4",
    .processing = "h/h",
    .flow = "x/x",
    .effects = "reads eth.type vlan; drops",
    .summary = "finds the network header behind VLAN tags",
    .doc = "Reads the Ethernet header and at most four tags (0x8100, 0x88a8, 0x9100), marks the header behind\n"
           "them, and sends IPv4 to output 0, IPv6 to 1, ARP to 2 and everything else to 3, unchanged. For IPv6\n"
           "the transport header is what is behind the extension headers. Frames too short for the headers that\n"
           "they claim are dropped as `bad-length`.\n\n"
           "    FromDevice(0) -> m :: MarkInnerHeader;\n"
           "    m[0] -> CheckIPHeader(MARKED true) -> IPFilter(allow tcp, deny all) -> out :: ToDevice(1);\n"
           "    m[1] -> Discard;  m[2] -> out;  m[3] -> Discard;\n",
    .size = sizeof(struct fs_element),
    .push = push,
};
