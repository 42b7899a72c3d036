/* ARPFaker: tells a host again and again which Ethernet address an IPv4 address has. */
#include "net/ether.h"
#include "net/handlers.h"

struct faker {
    struct fs_element base;
    struct fs_timer timer;
};

enum { IP1, ETH1, IP2, ETH2 };

static void tell(struct fs_element *e, struct fs_timer *timer)
{
    struct fs_packet *p = fs_packet_new(fs_pool(e), FS_HEADROOM, FS_ETHER_SIZE + FS_ARP_SIZE);
    fs_timer_after(timer, 10000000000);
    if (p == NULL) {
        return;
    }
    struct fs_ether *ether = (struct fs_ether *)p->data;
    struct fs_arp *arp = (struct fs_arp *)(p->data + FS_ETHER_SIZE);
    __builtin_memcpy(ether->destination, fs_args_bytes(e->args, ETH1).at, 6);
    __builtin_memcpy(ether->source, fs_args_bytes(e->args, ETH2).at, 6);
    fs_put16(ether->type, FS_ETHER_ARP);
    fs_put16(arp->hardware, 1);
    fs_put16(arp->protocol, FS_ETHER_IP);
    arp->hardware_length = 6;
    arp->protocol_length = 4;
    fs_put16(arp->operation, FS_ARP_REPLY);
    __builtin_memcpy(arp->sender_mac, fs_args_bytes(e->args, ETH2).at, 6);
    __builtin_memcpy(arp->sender_ip, fs_args_bytes(e->args, IP2).at, 4);
    __builtin_memcpy(arp->target_mac, fs_args_bytes(e->args, ETH1).at, 6);
    __builtin_memcpy(arp->target_ip, fs_args_bytes(e->args, IP1).at, 4);
    fs_set_mac_header(p, p->data);
    fs_set_network_header(p, p->data + FS_ETHER_SIZE, FS_ARP_SIZE);
    fs_output_push_one(e, 0, p);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct faker *f = (struct faker *)e;
    (void)error;
    fs_timer_init(e, &f->timer, tell);
    fs_timer_after(&f->timer, 1);
    return 0;
}

static const struct fs_arg args[] = {
    [IP1] = {"IP1", "ip-address", FS_POSITIONAL, 0, 0, NULL, "Whom to tell."},
    [ETH1] = {"ETH1", "ether-address", FS_POSITIONAL, 0, 0, NULL, "Its Ethernet address."},
    [IP2] = {"IP2", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The address that is told about."},
    [ETH2] = {"ETH2", "ether-address", FS_POSITIONAL, 0, 0, NULL, "Where that is, they shall believe."},
};

FS_ELEMENT(ARPFaker) = {
    .name = "ARPFaker",
    .ports = "0/1",
    .processing = "a/h",
    .flow = "x/y",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "originates",
    .summary = "sends an ARP reply every 10 seconds",
    .doc = "The first goes out at once.\n\n"
           "    ARPFaker(10.0.0.2, 02:00:00:00:00:02, 10.0.0.1, 02:00:00:00:00:01) -> ToDevice(0);\n",
    .size = sizeof(struct faker),
    .initialize = initialize,
};
