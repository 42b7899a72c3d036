/* IP6NDSolicitor: puts an Ethernet header in front of IPv6 packets, and asks (RFC 4861) for the addresses it needs. */
#include "net/arptable.h"
#include "net/handlers.h"
#include "net/marked6.h"
#include "net/nd.h"

struct solicitor {
    struct fs_element base;
    struct fs_arp_table table;
    uint8_t mac[6], ip[16];
    uint64_t queries, drops;
};

enum { IP, ETH, CAPACITY };
enum { PACKETS, ADVERTISEMENTS };
static const uint64_t poll_after = 60000000000;

static void lost(struct solicitor *s, struct fs_packet *p, enum fs_drop_reason reason)
{
    s->drops++;
    fs_drop(&s->base, p, reason);
}

/* Asks for the address; `to` is where it was last, NULL for whoever has it. */
static void solicit(struct solicitor *s, const uint8_t address[16], const uint8_t *to)
{
    uint8_t group[16], mac[6];
    struct fs_packet *p = fs_packet_new(fs_pool(&s->base), FS_HEADROOM, FS_ND_FRAME);
    if (p == NULL) {
        return; /* the next packet for that address asks again */
    }
    fs_nd_solicited_node(group, address);
    fs_nd_group_mac(mac, group);
    fs_nd_write(p->data, FS_ICMP6_NEIGHBOUR_SOLICITATION, 0, address, s->mac, s->ip, to != NULL ? to : mac,
                to != NULL ? address : group);
    fs_set_mac_header(p, p->data);
    fs_set_network_header(p, p->data + FS_ETHER_SIZE, FS_IP6_SIZE);
    s->queries++;
    fs_output_push_one(&s->base, s->base.output_count - 1, p);
}

/* The packet has its Ethernet header's room. True when the header's destination is known; else it is gone. */
static bool resolve(struct solicitor *s, struct fs_packet *p, uint64_t now)
{
    uint8_t *to = p->data, bytes[16];
    __builtin_memcpy(bytes, fs_annotation_at(p, FS_ANNO_DST_IP6, 16), 16);
    struct fs_address6 address = fs_get_address6(bytes);
    if (fs_ip6_multicast(bytes)) {
        fs_nd_group_mac(to, bytes);
        return true;
    }
    switch (fs_arp_lookup(&s->table, address, to, now, poll_after)) {
    case FS_ARP_POLL:
        solicit(s, bytes, to);
        return true;
    case FS_ARP_KNOWN:
        return true;
    default:
        break;
    }
    if (fs_address6_none(address)) {
        lost(s, p, FS_DROP_BAD_ADDRESS);
    } else if (fs_arp_wait(&s->table, address, p, now)) {
        solicit(s, bytes, NULL);
    }
    return false;
}

static void complete(const struct solicitor *s, struct fs_packet *p)
{
    __builtin_memcpy(p->data + 6, s->mac, 6);
    fs_put16(p->data + 12, FS_ETHER_IP6);
    fs_set_mac_header(p, p->data);
}

static void handle_packets(struct solicitor *s, struct fs_batch *batch)
{
    uint64_t now = fs_steady(&s->base);
    uint32_t kept = 0;
    struct fs_packet *last = NULL; /* the one before, when its header may be used again */
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = fs_writable(&s->base, batch->packets[i]);
        if (p == NULL) {
            s->drops++;
            continue;
        }
        if (!fs_packet_prepend(p, FS_ETHER_SIZE)) {
            lost(s, p, FS_DROP_NO_ROOM);
            continue;
        }
        if (last != NULL && __builtin_memcmp(last->annotations, p->annotations, 16) == 0) {
            __builtin_memcpy(p->data, last->data, FS_ETHER_SIZE);
            fs_set_mac_header(p, p->data);
        } else if (resolve(s, p, now)) {
            complete(s, p);
        } else {
            continue;
        }
        last = batch->packets[kept++] = p;
    }
    batch->count = kept;
    fs_output_push(&s->base, 0, batch);
}

/* Sends what waited. */
static void release(struct solicitor *s, uint32_t waiting)
{
    uint64_t now = fs_steady(&s->base);
    for (;;) {
        struct fs_batch taken;
        uint32_t kept = 0;
        taken.count = 0;
        fs_arp_take_waiting(&s->table, &waiting, &taken);
        if (taken.count == 0) {
            return;
        }
        for (uint32_t i = 0; i < taken.count; i++) {
            if (resolve(s, taken.packets[i], now)) {
                complete(s, taken.packets[i]);
                taken.packets[kept++] = taken.packets[i];
            }
        }
        taken.count = kept;
        fs_output_push(&s->base, 0, &taken);
    }
}

/* RFC 4861 7.2.5: nothing is learnt about who was not asked for, and another address takes the place of one that holds
 * only when the advertisement says so. */
static void handle_advertisement(struct solicitor *s, const struct fs_packet *p)
{
    struct fs_nd_message m;
    uint8_t known[6];
    uint32_t waiting;
    uint64_t now = fs_steady(&s->base);
    if (!fs_nd_read(p, FS_ICMP6_NEIGHBOUR_ADVERTISEMENT, &m) || m.link == NULL || (m.link[0] & 1) != 0) {
        return;
    }
    struct fs_address6 target = fs_get_address6(m.nd->target);
    if (fs_arp_find(&s->table, target) == NULL) {
        return;
    }
    if ((m.nd->flags & FS_ND_OVERRIDE) == 0 && fs_arp_lookup(&s->table, target, known, now, 0) == FS_ARP_KNOWN
        && __builtin_memcmp(known, m.link, 6) != 0) {
        return;
    }
    fs_arp_insert(&s->table, target, m.link, now, &waiting);
    release(s, waiting);
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct solicitor *s = (struct solicitor *)e;
    if (port == PACKETS) {
        handle_packets(s, batch);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        handle_advertisement(s, batch->packets[i]);
    }
    fs_drop_batch(e, batch, FS_DROP_DISCARDED); /* advertisements end here */
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct solicitor *s = (struct solicitor *)e;
    __builtin_memcpy(s->ip, fs_args_bytes(e->args, IP).at, 16);
    __builtin_memcpy(s->mac, fs_args_bytes(e->args, ETH).at, 6);
    s->table.ip6 = true;
    return fs_arp_configure(&s->table, e, CAPACITY, error);
}
static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_arp_start(&((struct solicitor *)e)->table);
    return 0;
}
static void cleanup(struct fs_element *e) { fs_arp_clear(&((struct solicitor *)e)->table, FS_DROP_SHUTDOWN); }

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct solicitor *s = (struct solicitor *)e, *o = (struct solicitor *)old;
    if (__builtin_memcmp(s->mac, o->mac, 6) != 0 || __builtin_memcmp(s->ip, o->ip, 16) != 0) {
        return; /* another host: what it knew is not ours */
    }
    fs_arp_adopt(&s->table, &o->table);
    s->queries = o->queries;
    s->drops = o->drops;
}

FS_READ(read_table, struct solicitor, fs_arp_text(&self->table, value))
FS_READ(read_stats, struct solicitor,
        fs_text_format(value, "%llu packets killed\n%llu ND Solicitation Message sent\n",
                       (unsigned long long)(self->drops + self->table.drops), (unsigned long long)self->queries))
static int write_insert(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct solicitor *s = (struct solicitor *)e;
    uint32_t waiting;
    if (fs_arp_write_insert(&s->table, value, length, &waiting, error) != 0) {
        return -1;
    }
    release(s, waiting);
    return 0;
}
static int write_table(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct solicitor *s = (struct solicitor *)e;
    uint32_t waiting;
    int found;
    while ((found = fs_arp_write_entry(&s->table, &value, &length, &waiting, error)) > 0) {
        release(s, waiting);
    }
    return found;
}
static int write_delete(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_arp_write_delete(&((struct solicitor *)e)->table, value, length, error);
}

static const struct fs_arg args[] = {
    [IP] = {"IP", "ip6-address", FS_POSITIONAL, 0, 0, NULL, "This host's IPv6 address, from which it asks."},
    [ETH] = {"ETH", "ether-address", FS_POSITIONAL, 0, 0, NULL, "This host's Ethernet address."},
    [CAPACITY] = FS_ARP_ARGS,
};
static const struct fs_handler handlers[] = {
    {"table", read_table, write_table, 0, NULL,
     "A line for each entry, the oldest first: IP address, 1 when it holds, Ethernet address, age in seconds.\n"
     "Ours: what is written in this form is inserted, where it holds, as new."},
    {"stats", read_stats, NULL, 0, NULL, "Packets dropped and solicitations sent, in words."},
    {"insert", NULL, write_insert, 0, NULL, "Ours: adds an entry, `IP ETH`; what waits for it goes out."},
    {"delete", NULL, write_delete, 0, NULL, "Ours: takes away an address's entry; what waits for it is dropped."},
};

FS_ELEMENT(IP6NDSolicitor) = {
    .name = "IP6NDSolicitor",
    .ports = "2/1-2",
    .processing = "h/h",
    .flow = "xy/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.DST_IP6 icmp6; writes eth.src eth.dst eth.type length; drops; delays; originates; keeps-state",
    .summary = "puts Ethernet headers on IPv6 packets, with addresses found by neighbour discovery",
    .doc = "Input 0 takes IPv6 packets, whose destination annotation says who is to get them; input 1 takes neighbour\n"
           "advertisements with their Ethernet header. Packets leave by output 0, solicitations by output 1 where it\n"
           "is connected, else by 0. A packet for an unknown address waits, and a solicitation is sent, at most ten a\n"
           "second for one address (after ten without an answer, one every 2 s); an entry in use is asked for again\n"
           "when it is 60 s old. What waits longer than TIMEOUT is dropped as `unresolved`; `::` is dropped as\n"
           "`bad-address`. Groups go to the Ethernet address of RFC 2464. Advertisements must be sound (RFC 4861\n"
           "7.1.2) and about an address that is asked for.\n\n"
           "    c :: Classifier(12/86dd 20/3aff 54/88, 12/86dd);  nd :: IP6NDSolicitor(fe80::1, 02:00:00:00:00:01);\n"
           "    c[0] -> [1]nd;  c[1] -> Strip(14) -> CheckIP6Header -> GetIP6Address(24) -> nd -> ToDevice(0);\n",
    .size = sizeof(struct solicitor),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .push = push,
};
