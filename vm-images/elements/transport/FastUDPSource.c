/* FastUDPSource: makes UDP packets in Ethernet frames, all alike, at a rate. */
#include "net/encap.h"
#include "net/ether.h"
#include "net/tokens.h"
#include "net/transport.h"
#include "net/values.h"

enum { LEAST = 60 };

struct source {
    struct fs_element base;
    struct fs_timer timer;
    struct fs_signal nonempty;
    struct fs_tokens tokens; /* packets; its rate is 0 when there is none to keep to */
    uint8_t *frame;
    uint32_t length;
    uint64_t count, first, last; /* when the first left, and the last of LIMIT; 0: not yet */
    int64_t limit;               /* below 0: none */
    uint32_t interval;           /* packets until the ports go up; 0: never */
    bool checksum, active;
};

enum { RATE, LIMIT, LENGTH, SRCETH, SRCIP, SPORT, DSTETH, DSTIP, DPORT, CHECKSUM, INTERVAL, ACTIVE };

static struct source *mine(struct fs_element *e) { return (struct source *)e; }

static bool may_send(const struct source *s) { return s->active && (s->limit < 0 || s->count < (uint64_t)s->limit); }

static void set_rate(struct source *s, uint64_t rate) { fs_tokens_set(&s->tokens, rate, rate < 200 ? 2 : rate / 100, false); }

static struct fs_ip *ip_of(struct source *s) { return (struct fs_ip *)(s->frame + FS_ETHER_SIZE); }

static void set_checksum(struct source *s)
{
    struct fs_ip *h = ip_of(s);
    struct fs_udp *udp = (struct fs_udp *)(h + 1);
    if (s->checksum) {
        uint16_t length = fs_get16(udp->length);
        fs_put16(udp->checksum, 0);
        uint64_t sum = fs_sum_pseudo4(0, h->source, h->destination, FS_PROTOCOL_UDP, length);
        uint16_t folded = fs_sum_fold(fs_sum_bytes(sum, udp, length));
        fs_put16(udp->checksum, folded != 0 ? folded : 0xffff);
    }
}

static void next_ports(struct source *s)
{
    struct fs_udp *udp = (struct fs_udp *)(ip_of(s) + 1);
    fs_put16(udp->source_port, (uint16_t)(fs_get16(udp->source_port) + 1));
    fs_put16(udp->destination_port, (uint16_t)(fs_get16(udp->destination_port) + 1));
    set_checksum(s);
}

static struct fs_packet *make(struct source *s)
{
    struct fs_packet *p = fs_packet_new(fs_pool(&s->base), FS_HEADROOM, s->length);
    if (p == NULL) {
        return NULL;
    }
    __builtin_memcpy(p->data, s->frame, s->length);
    fs_set_network_header(p, p->data + FS_ETHER_SIZE, FS_IP_SIZE);
    fs_set_anno_address(p, FS_ANNO_DST_IP, ip_of(s)->destination);
    s->count++;
    if (s->count == 1) {
        s->first = fs_steady(&s->base);
    }
    if (s->limit >= 0 && s->count == (uint64_t)s->limit) {
        s->last = fs_steady(&s->base);
    }
    if (s->interval != 0 && s->count % s->interval == 0) {
        next_ports(s);
    }
    return p;
}

static void pull(struct fs_element *e, unsigned port, struct fs_batch *batch, unsigned max)
{
    struct source *s = mine(e);
    bool paced = s->tokens.rate != 0;
    (void)port;
    fs_tokens_refill(&s->tokens, fs_steady(e));
    for (; max > 0 && may_send(s) && (!paced || s->tokens.level >= FS_TOKEN); max--) {
        struct fs_packet *p = make(s);
        if (p == NULL) {
            break;
        }
        s->tokens.level -= paced ? FS_TOKEN : 0;
        fs_batch_add(batch, p);
    }
    if (!may_send(s)) {
        fs_signal_sleep(&s->nonempty);
    } else if (paced && s->tokens.level < FS_TOKEN) {
        fs_signal_sleep(&s->nonempty);
        fs_timer_after(&s->timer, fs_tokens_wait(&s->tokens, FS_TOKEN));
    }
}

static void go_on(struct source *s)
{
    if (may_send(s)) {
        fs_signal_wake(&s->nonempty);
    }
}
static void fire(struct fs_element *e, struct fs_timer *t)
{
    (void)t;
    go_on(mine(e));
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct source *s = mine(e);
    const struct fs_args *a = e->args;
    s->length = (uint32_t)fs_args_integer(a, LENGTH, LEAST);
    if (s->length < LEAST) {
        fs_text_format(error, "LENGTH: %u is less than a frame has: %d", s->length, (int)LEAST);
        s->length = LEAST;
    }
    s->frame = fs_alloc(e, s->length);
    if (s->frame == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    struct fs_ether *ether = (struct fs_ether *)s->frame;
    __builtin_memcpy(ether->destination, fs_args_bytes(a, DSTETH).at, 6);
    __builtin_memcpy(ether->source, fs_args_bytes(a, SRCETH).at, 6);
    fs_put16(ether->type, FS_ETHER_IP);
    struct fs_ip *h = ip_of(s);
    *h = (struct fs_ip){.version_length = 0x45, .ttl = 250, .protocol = FS_PROTOCOL_UDP};
    fs_put16(h->length, (uint16_t)(s->length - FS_ETHER_SIZE));
    __builtin_memcpy(h->source, fs_args_bytes(a, SRCIP).at, 4);
    __builtin_memcpy(h->destination, fs_args_bytes(a, DSTIP).at, 4);
    fs_ip_set_checksum(h);
    struct fs_udp *udp = (struct fs_udp *)(h + 1);
    fs_put16(udp->source_port, (uint16_t)fs_args_integer(a, SPORT, 0));
    fs_put16(udp->destination_port, (uint16_t)fs_args_integer(a, DPORT, 0));
    fs_put16(udp->length, (uint16_t)(s->length - FS_ETHER_SIZE - FS_IP_SIZE));
    s->checksum = fs_args_boolean(a, CHECKSUM, true);
    set_checksum(s);
    s->limit = fs_args_integer(a, LIMIT, -1);
    s->interval = (uint32_t)fs_args_integer(a, INTERVAL, 0);
    s->active = fs_args_boolean(a, ACTIVE, true);
    set_rate(s, (uint64_t)fs_args_integer(a, RATE, 0));
    s->tokens.level = FS_TOKEN;
    fs_signal_offer(e, &s->nonempty, FS_SIGNAL_NONEMPTY, may_send(s));
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_timer_init(e, &mine(e)->timer, fire);
    mine(e)->tokens.at = fs_steady(e);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct source *s = mine(e), *o = mine(old);
    s->count = o->count;
    s->first = o->first;
    s->last = o->last;
}

static void reset(struct source *s)
{
    s->count = s->first = s->last = 0;
    go_on(s);
}

static void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, mine(e)->count);
}
static void read_rate(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct source *s = mine(e);
    uint64_t took = s->last > s->first ? s->last - s->first : 1;
    (void)parameters;
    fs_text_u64(value, s->last == 0 ? 0 : (uint64_t)((unsigned __int128)s->count * 1000000000 / took));
}
static int write_rate(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    int64_t rate;
    if (fs_write_integer("rate", value, length, 0, UINT32_MAX, &rate, error) != 0) {
        return -1;
    }
    set_rate(mine(e), (uint64_t)rate);
    go_on(mine(e));
    return 0;
}
static int write_limit(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (fs_write_integer("limit", value, length, INT32_MIN, INT64_MAX, &mine(e)->limit, error) != 0) {
        return -1;
    }
    go_on(mine(e));
    return 0;
}
static int write_active(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    if (fs_write_boolean("active", value, length, &mine(e)->active, error) != 0) {
        return -1;
    }
    if (mine(e)->active) {
        reset(mine(e));
    }
    return 0;
}
static int write_reset(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    (void)value, (void)length, (void)error;
    reset(mine(e));
    return 0;
}

static const struct fs_arg args[] = {
    [RATE] = {"RATE", "integer", FS_POSITIONAL, 0, UINT32_MAX, NULL, "Packets a second; 0: as fast as they are taken."},
    [LIMIT] = {"LIMIT", "integer", FS_POSITIONAL, INT32_MIN, INT64_MAX, NULL, "Packets in all; below 0: no limit."},
    [LENGTH] = {"LENGTH", "integer", FS_POSITIONAL, 0, FS_FRAME_MAX, NULL, "Bytes of a frame; at least 60."},
    [SRCETH] = {"SRCETH", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The source Ethernet address."},
    [SRCIP] = {"SRCIP", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [SPORT] = {"SPORT", "integer", FS_POSITIONAL, 0, 65535, NULL, "The source port."},
    [DSTETH] = {"DSTETH", "ether-address", FS_POSITIONAL, 0, 0, NULL, "The destination Ethernet address."},
    [DSTIP] = {"DSTIP", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The destination address."},
    [DPORT] = {"DPORT", "integer", FS_POSITIONAL, 0, 65535, NULL, "The destination port."},
    [CHECKSUM] = {"CHECKSUM", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether packets have a UDP checksum."},
    [INTERVAL] = {"INTERVAL", "integer", FS_OPTIONAL, 0, UINT32_MAX, "0",
                  "After so many packets both ports go up by one; 0: never."},
    [ACTIVE] = {"ACTIVE", "boolean", FS_OPTIONAL, 0, 0, "true", "Whether it makes packets."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, 0, NULL, "Packets made since the start or reset."},
    {"rate", read_rate, write_rate, FS_HANDLER_DIFFERS, NULL,
     "Read: packets a second from the first to the last of LIMIT, 0 until then. Written: the RATE argument."},
    {"reset", NULL, write_reset, FS_HANDLER_BUTTON, NULL, "Sets the count to zero; LIMIT more packets are made."},
    {"active", NULL, write_active, FS_HANDLER_CHECKBOX, NULL, "The ACTIVE argument; true resets too."},
    {"limit", NULL, write_limit, FS_HANDLER_CALM, NULL, "The LIMIT argument."},
};

FS_ELEMENT(FastUDPSource) = {
    .name = "FastUDPSource",
    .ports = "0/1",
    .processing = "l/l",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "originates",
    .summary = "makes UDP packets in Ethernet frames, all alike, at a rate",
    .doc = "TTL 250, identification 0, data of zeros; the destination annotation is DSTIP. RATE is kept by a bucket of two\n"
           "packets, or of a hundredth of RATE; the first packet comes at once.\n\n"
           "    FastUDPSource(100000, 500000, 60, 2:0:0:0:0:1, 10.0.0.1, 1234, 2:0:0:0:0:2, 10.0.0.2, 1234)\n"
           "        -> ToDevice(0);\n",
    .size = sizeof(struct source),
    .configure = configure,
    .initialize = initialize,
    .take_state = take_state,
    .pull = pull,
};
