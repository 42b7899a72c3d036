/* ARPQuerier: puts an Ethernet header in front of IPv4 packets, and asks (RFC 826) for the addresses that it needs. */
#include "net/arptable.h"
#include "net/ether.h"
#include "net/handlers.h"

struct querier {
    struct fs_element base;
    struct fs_arp_table own;
    struct fs_arp_table *table; /* `own`, or that of TABLE */
    uint8_t mac[6], ip[4], broadcast[4];
    bool broadcast_poll, zero_told;
    uint64_t poll_after;
    uint64_t queries, responses, drops;
};

enum {
    IP,
    ETH,
    CAPACITY,
    ENTRY_CAPACITY,
    ENTRY_PACKET_CAPACITY,
    CAPACITY_SLIM_FACTOR,
    TIMEOUT,
    TABLE,
    POLL_TIMEOUT,
    BROADCAST,
    BROADCAST_POLL,
};
enum { PACKETS, REPLIES };

static void lost(struct querier *q, struct fs_packet *p, enum fs_drop_reason reason)
{
    q->drops++;
    fs_drop(&q->base, p, reason);
}

/* Asks for the address, on behalf of `p`; `to` is where it was last, NULL for everybody. */
static void send_query(struct querier *q, uint32_t address, uint16_t vlan, uint64_t timestamp, const uint8_t *to)
{
    struct fs_packet *p = fs_packet_new(fs_pool(&q->base), FS_HEADROOM, FS_ETHER_SIZE + FS_ARP_SIZE);
    if (p == NULL) {
        return; /* the next packet for that address asks again */
    }
    struct fs_ether *ether = (struct fs_ether *)p->data;
    struct fs_arp *arp = (struct fs_arp *)(p->data + FS_ETHER_SIZE);
    __builtin_memset(ether->destination, 0xff, 6);
    if (to != NULL) {
        __builtin_memcpy(ether->destination, to, 6);
    }
    __builtin_memcpy(ether->source, q->mac, 6);
    fs_put16(ether->type, FS_ETHER_ARP);
    fs_put16(arp->hardware, 1);
    fs_put16(arp->protocol, FS_ETHER_IP);
    arp->hardware_length = 6;
    arp->protocol_length = 4;
    fs_put16(arp->operation, FS_ARP_REQUEST);
    __builtin_memcpy(arp->sender_mac, q->mac, 6);
    __builtin_memcpy(arp->sender_ip, q->ip, 4);
    __builtin_memset(arp->target_mac, 0, 6);
    fs_put32(arp->target_ip, address);
    fs_set_mac_header(p, p->data);
    fs_set_network_header(p, p->data + FS_ETHER_SIZE, FS_ARP_SIZE);
    p->timestamp = timestamp;
    __builtin_memcpy(fs_annotation_at(p, FS_ANNO_VLAN_TCI, 2), &vlan, 2);
    q->queries++;
    fs_output_push_one(&q->base, q->base.output_count - 1, p);
}

/* Where a packet goes that no entry is needed for: everybody (RFC 919) or a group (RFC 1112 6.4). */
static bool special(const struct querier *q, uint32_t address, uint8_t to[6])
{
    if (address == 0xffffffff || address == fs_get32(q->broadcast)) {
        __builtin_memset(to, 0xff, 6);
        return true;
    }
    if ((address >> 28) == 0xe) {
        fs_ether_group(to, address);
        return true;
    }
    return false;
}

/* The packet has its Ethernet header's room. True when the header's destination is known; else it is gone. */
static bool resolve(struct querier *q, struct fs_packet *p, uint32_t address, uint64_t now)
{
    uint8_t *to = p->data;
    uint16_t vlan;
    uint64_t timestamp = p->timestamp;
    __builtin_memcpy(&vlan, fs_annotation_at(p, FS_ANNO_VLAN_TCI, 2), 2);
    switch (fs_arp_lookup(q->table, fs_arp_ip(address), to, now, q->poll_after)) {
    case FS_ARP_POLL:
        send_query(q, address, vlan, timestamp, q->broadcast_poll ? NULL : to);
        return true;
    case FS_ARP_KNOWN:
        return true;
    default:
        break;
    }
    if (special(q, address, to)) {
        return true;
    }
    if (address == 0) {
        static const char line[] = "would query for 0.0.0.0: is the destination annotation missing?";
        if (!q->zero_told) {
            q->zero_told = true;
            fs_log(&q->base, line, sizeof line - 1);
        }
        lost(q, p, FS_DROP_BAD_ADDRESS);
    } else if (fs_arp_wait(q->table, fs_arp_ip(address), p, now)) {
        send_query(q, address, vlan, timestamp, NULL);
    }
    return false;
}

static uint32_t destination_of(struct fs_packet *p) { return FS_SWAP32(fs_anno_u32(p, FS_ANNO_DST_IP)); }

static void handle_packets(struct querier *q, struct fs_batch *batch)
{
    uint64_t now = fs_steady(&q->base);
    uint32_t kept = 0, last = 0;
    uint8_t header[FS_ETHER_SIZE]; /* of the packets to `last`, when that is not 0 */
    for (uint32_t i = 0; i < batch->count; i++) {
        struct fs_packet *p = fs_writable(&q->base, batch->packets[i]);
        if (p == NULL) {
            q->drops++;
            continue;
        }
        if (!fs_packet_prepend(p, FS_ETHER_SIZE)) {
            lost(q, p, FS_DROP_NO_ROOM);
            continue;
        }
        uint32_t address = destination_of(p);
        if (address != last || last == 0) {
            last = 0;
            fs_put16(p->data + 12, FS_ETHER_IP);
            fs_set_mac_header(p, p->data);
            if (!resolve(q, p, address, now)) {
                continue;
            }
            __builtin_memcpy(p->data + 6, q->mac, 6);
            __builtin_memcpy(header, p->data, FS_ETHER_SIZE);
            last = address;
        } else {
            __builtin_memcpy(p->data, header, FS_ETHER_SIZE);
            fs_set_mac_header(p, p->data);
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
    fs_output_push(&q->base, 0, batch);
}

/* Sends what waited: it has its header's room and lacks addresses. */
static void release(struct querier *q, uint32_t waiting)
{
    uint64_t now = fs_steady(&q->base);
    for (;;) {
        struct fs_batch taken;
        uint32_t kept = 0;
        taken.count = 0;
        fs_arp_take_waiting(q->table, &waiting, &taken);
        if (taken.count == 0) {
            return;
        }
        for (uint32_t i = 0; i < taken.count; i++) {
            struct fs_packet *p = taken.packets[i];
            if (resolve(q, p, destination_of(p), now)) {
                __builtin_memcpy(p->data + 6, q->mac, 6);
                taken.packets[kept++] = p;
            }
        }
        taken.count = kept;
        fs_output_push(&q->base, 0, &taken);
    }
}

static void handle_reply(struct querier *q, const struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    const struct fs_ether *ether = (const struct fs_ether *)fs_take(&c, FS_ETHER_SIZE);
    if (ether == NULL || fs_left(&c) < FS_ARP_SIZE) {
        return;
    }
    q->responses++;
    const struct fs_arp *arp = fs_take_arp(&c);
    if (arp == NULL || fs_get16(ether->type) != FS_ETHER_ARP || fs_get16(arp->operation) != FS_ARP_REPLY
        || (arp->sender_mac[0] & 1) != 0) {
        return;
    }
    uint32_t waiting;
    fs_arp_insert(q->table, fs_arp_ip(fs_get32(arp->sender_ip)), arp->sender_mac, fs_steady(&q->base), &waiting);
    release(q, waiting);
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct querier *q = (struct querier *)e;
    if (port == PACKETS) {
        handle_packets(q, batch);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        handle_reply(q, batch->packets[i]);
    }
    fs_drop_batch(e, batch, FS_DROP_DISCARDED); /* replies end here */
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct querier *q = (struct querier *)e;
    struct fs_bytes prefix = fs_args_bytes(e->args, IP);
    if (!fs_args_given(e->args, ETH)) { /* the compiler takes it from IP; a hostile image may not */
        fs_text_string(error, "ETH: expected an Ethernet address");
        return -1;
    }
    __builtin_memcpy(q->ip, prefix.at, 4);
    if (!fs_args_given(e->args, ETH)) { /* the compiler gives it, when IP is a name for both */
        fs_text_string(error, "ETH: expected an Ethernet address");
        return -1;
    }
    __builtin_memcpy(q->mac, fs_args_bytes(e->args, ETH).at, 6);
    uint32_t own = fs_get32(prefix.at), all = own | ~fs_get32(prefix.at + 4);
    fs_put32(q->broadcast, all == own ? 0xffffffff : all);
    if (fs_args_given(e->args, BROADCAST)) {
        __builtin_memcpy(q->broadcast, fs_args_bytes(e->args, BROADCAST).at, 4);
    }
    q->broadcast_poll = fs_args_boolean(e->args, BROADCAST_POLL, false);
    q->poll_after = (uint64_t)fs_args_integer(e->args, POLL_TIMEOUT, 60000000000);
    if (fs_args_given(e->args, TABLE)) {
        return 0; /* found when all elements are there */
    }
    q->table = &q->own;
    return fs_arp_configure(&q->own, e, CAPACITY, error);
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    struct querier *q = (struct querier *)e;
    const char *name = fs_args_text(e->args, TABLE, NULL);
    if (name == NULL) {
        fs_arp_start(&q->own);
        return 0;
    }
    static const char class[] = "ARPTable";
    struct fs_element *found = fs_find(e, name);
    if (found == NULL || __builtin_strlen(found->class->name) != sizeof class - 1
        || __builtin_memcmp(found->class->name, class, sizeof class) != 0) {
        fs_text_format(error, "TABLE: '%s' is not an ARPTable", name);
        return -1;
    }
    q->table = &((struct fs_arp_element *)found)->table;
    return 0;
}

static void cleanup(struct fs_element *e) { fs_arp_clear(&((struct querier *)e)->own, FS_DROP_SHUTDOWN); }

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct querier *q = (struct querier *)e, *o = (struct querier *)old;
    if (__builtin_memcmp(q->mac, o->mac, 6) != 0 || __builtin_memcmp(q->ip, o->ip, 4) != 0) {
        return; /* another host: what it knew is not ours */
    }
    if (q->table == &q->own && o->table == &o->own) {
        fs_arp_adopt(&q->own, &o->own);
    }
    q->queries = o->queries;
    q->responses = o->responses;
    q->drops = o->drops;
}

FS_READ_IP(read_ip, struct querier, ip)
FS_READ_IP(read_broadcast, struct querier, broadcast)
FS_READ(read_table, struct querier, fs_arp_text(self->table, value))
FS_READ(read_stats, struct querier,
        fs_text_format(value, "%llu packets killed\n%llu ARP queries sent\n",
                       (unsigned long long)(self->drops + self->table->drops), (unsigned long long)self->queries))
FS_READ_NUMBER(read_queries, struct querier, queries)
FS_READ_NUMBER(read_responses, struct querier, responses)
FS_READ_NUMBER(read_drops, struct querier, drops)
FS_READ_NUMBER(read_count, struct querier, table->count)
FS_READ_NUMBER(read_length, struct querier, table->length)

static int write_ip(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("ipaddr", value, length, ((struct querier *)e)->ip, error);
}
static int write_broadcast(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("broadcast", value, length, ((struct querier *)e)->broadcast, error);
}
static int write_insert(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct querier *q = (struct querier *)e;
    uint32_t waiting;
    if (fs_arp_write_insert(q->table, value, length, &waiting, error) != 0) {
        return -1;
    }
    release(q, waiting);
    return 0;
}
static int write_table(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    struct querier *q = (struct querier *)e;
    uint32_t waiting;
    int found;
    while ((found = fs_arp_write_entry(q->table, &value, &length, &waiting, error)) > 0) {
        release(q, waiting);
    }
    return found;
}
static int write_delete(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_arp_write_delete(((struct querier *)e)->table, value, length, error);
}
FS_BUTTON(write_clear, struct querier, {
    self->queries = self->responses = self->drops = 0;
    fs_arp_clear(self->table, FS_DROP_UNRESOLVED);
})

static const struct fs_arg args[] = {
    [IP] = {"IP", "ip-prefix", FS_POSITIONAL, 0, 0, NULL,
            "This host's IPv4 address; with a prefix length it tells the broadcast address too."},
    [ETH] = {"ETH", "ether-address", FS_OPTIONAL, 0, 0, "=IP", "This host's Ethernet address; alone, IP is a name for both."},
    [CAPACITY] = FS_ARP_ARGS,
    [TABLE] = {"TABLE", "element", FS_KEYWORD, 0, 0, "",
               "An ARPTable to use; CAPACITY to TIMEOUT are then that table's own."},
    [POLL_TIMEOUT] = {"POLL_TIMEOUT", "duration", FS_KEYWORD, 0, 0, "60s",
                      "An entry that is in use is asked for again when it is so old; 0: never."},
    [BROADCAST] = {"BROADCAST", "ip-address", FS_KEYWORD, 0, 0, "of IP's prefix",
                   "The address that stands for everybody on the link."},
    [BROADCAST_POLL] = {"BROADCAST_POLL", "boolean", FS_KEYWORD, 0, 0, "false",
                        "Whether POLL_TIMEOUT's queries go to everybody rather than to the known address."},
};
static const struct fs_handler handlers[] = {
    {"ipaddr", read_ip, write_ip, 0, NULL, "This host's address, from which it asks."},
    {"broadcast", read_broadcast, write_broadcast, 0, NULL, "The BROADCAST argument."},
    {"table", read_table, write_table, 0, NULL,
     "A line for each entry, the oldest first: IP address, 1 when it holds, Ethernet address, age in seconds.\n"
     "Ours: what is written in this form is inserted, where it holds, as new."},
    {"stats", read_stats, NULL, 0, NULL, "Packets dropped and queries sent, in words."},
    {"queries", read_queries, NULL, 0, NULL, "Queries sent."},
    {"responses", read_responses, NULL, 0, NULL, "Frames that came by input 1."},
    {"drops", read_drops, NULL, 0, NULL, "Packets dropped, without those of the table."},
    {"count", read_count, NULL, 0, NULL, "Entries of the table."},
    {"length", read_length, NULL, 0, NULL, "Packets that wait."},
    {"insert", NULL, write_insert, 0, NULL, "Adds an entry, `IP ETH`; what waits for it goes out."},
    {"delete", NULL, write_delete, 0, NULL, "Takes away the entry of an IP address; what waits for it is dropped."},
    {"clear", NULL, write_clear, FS_HANDLER_BUTTON, NULL, "Takes away all entries and sets the counts to zero."},
};

FS_ELEMENT(ARPQuerier) = {
    .name = "ARPQuerier",
    .ports = "2/1-2",
    .processing = "h/h",
    .flow = "xy/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads annotation.DST_IP arp; writes eth.src eth.dst eth.type length; drops; delays; originates; keeps-state",
    .summary = "puts Ethernet headers on IPv4 packets, with addresses found by ARP",
    .doc = "Input 0 takes IPv4 packets, whose destination annotation says who is to get them; input 1 takes ARP replies\n"
           "with their Ethernet header. Packets leave by output 0, queries by output 1 where it is connected, else by 0.\n"
           "A packet for an unknown address waits, and a query is sent, at most ten a second for one address (after ten\n"
           "without an answer, one every 2 s). What waits longer than TIMEOUT is dropped as `unresolved`; 0.0.0.0 is\n"
           "dropped as `bad-address`. Broadcasts go to everybody, groups to the address of RFC 1112.\n\n"
           "    c :: Classifier(12/0806 20/0002, 12/0800);  arp :: ARPQuerier(10.0.0.1/24, 02:00:00:00:00:01);\n"
           "    c[0] -> [1]arp;  c[1] -> Strip(14) -> CheckIPHeader -> GetIPAddress(16) -> arp -> ToDevice(0);\n",
    .size = sizeof(struct querier),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .push = push,
};
