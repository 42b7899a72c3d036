/* IPReassembler: puts fragments together (RFC 791 section 3.2, RFC 815).
 *
 * Each datagram that is not complete has a packet of its own, to which data are copied where they belong, and one bit
 * for each 8 bytes of it that are there. What overlaps must be equal: an overlap that says something else is an attack
 * or a fault, and ends the datagram (as RFC 5722 has it for IPv6). */
#include "net/marked.h"

enum {
    TABLE = 256,                  /* datagrams at a time, at most */
    BUCKETS = 64,
    NONE = 0xffff,
    FRONT_MAX = 64,               /* bytes kept from in front of the IP header: link headers */
    HEADER_MAX = 60,
    DATA_AT = FRONT_MAX + HEADER_MAX,
    DATA_MOST = 65535 - HEADER_MAX, /* no IP datagram has more */
    COST = 40,                    /* of a datagram beside its data, by Click's reckoning */
};
#define TIMEOUT_NS 30000000000u
#define SWEEP_NS 10000000000u

struct datagram {
    uint8_t key[11]; /* addresses, identification, protocol */
    bool first;      /* the first fragment was seen: its headers are in front of the data */
    uint8_t header;  /* bytes of the IP header */
    uint8_t front;   /* bytes in front of it */
    uint16_t next;   /* in the bucket */
    uint16_t older, newer;
    uint16_t end;    /* bytes of data that were seen, from the start */
    uint16_t total;  /* bytes of data in all; 0: not known yet */
    uint16_t have;   /* units of 8 bytes that are there */
    uint16_t fragment; /* flags */
    uint64_t seen;   /* when the latest fragment came */
    uint64_t *there;
    struct fs_packet *packet;
};

struct reassembler {
    struct fs_element base;
    uint32_t high, used;
    uint16_t buckets[BUCKETS];
    uint16_t oldest, newest, spare;
    struct datagram *all;
    uint64_t *bits;    /* of all datagrams, `words` each */
    uint32_t words;
    uint32_t data_max; /* bytes of a datagram behind its header at most: what a packet has room for */
    struct fs_timer sweep;
};

enum { HIMEM };

static uint32_t bucket_of(const uint8_t key[11])
{
    uint64_t k;
    __builtin_memcpy(&k, key, 8);
    k ^= (uint64_t)fs_get32(key + 7) << 13;
    return (uint32_t)((k * 0x9e3779b97f4a7c15u) >> 58);
}
_Static_assert(BUCKETS == 1 << (64 - 58), "the hash gives as many bits");

static void make_key(const struct fs_ip *h, uint8_t key[11])
{
    __builtin_memcpy(key, h->source, 8);
    __builtin_memcpy(key + 8, h->id, 2);
    key[10] = h->protocol;
}

/* ---- the table: buckets of chains, and all datagrams by age ---- */

static uint16_t find(const struct reassembler *r, const uint8_t key[11])
{
    uint16_t i = r->buckets[bucket_of(key)];
    while (i != NONE && __builtin_memcmp(r->all[i].key, key, 11) != 0) {
        i = r->all[i].next;
    }
    return i;
}

static void unage(struct reassembler *r, uint16_t i)
{
    struct datagram *d = &r->all[i];
    *(d->older != NONE ? &r->all[d->older].newer : &r->oldest) = d->newer;
    *(d->newer != NONE ? &r->all[d->newer].older : &r->newest) = d->older;
}
static void make_newest(struct reassembler *r, uint16_t i)
{
    r->all[i].older = r->newest;
    r->all[i].newer = NONE;
    *(r->newest != NONE ? &r->all[r->newest].newer : &r->oldest) = i;
    r->newest = i;
}

/* Takes the datagram out of the table; its packet is the caller's. */
static struct fs_packet *take_out(struct reassembler *r, uint16_t i)
{
    struct datagram *d = &r->all[i];
    uint16_t *from = &r->buckets[bucket_of(d->key)];
    while (*from != i) {
        from = &r->all[*from].next;
    }
    *from = d->next;
    unage(r, i);
    d->next = r->spare;
    r->spare = i;
    r->used -= (uint32_t)COST + d->end;
    return d->packet;
}

static uint16_t put_in(struct reassembler *r, const uint8_t key[11], struct fs_packet *packet)
{
    uint16_t i = r->spare, *bucket = &r->buckets[bucket_of(key)];
    struct datagram *d = &r->all[i];
    uint64_t *there = d->there;
    r->spare = d->next;
    *d = (struct datagram){.next = *bucket, .packet = packet, .there = there};
    __builtin_memset(there, 0, r->words * sizeof *there);
    __builtin_memcpy(d->key, key, 11);
    *bucket = i;
    make_newest(r, i);
    r->used += COST;
    return i;
}

/* ---- ends of datagrams ---- */

/* Gives the packet its headers, and the length of what is there. */
static void shape(struct fs_packet *p, const struct datagram *d, unsigned data, uint16_t fragment)
{
    unsigned before = (unsigned)d->front + d->header;
    p->data = p->head + DATA_AT - before;
    p->length = before + data;
    fs_set_mac_header(p, p->data);
    fs_set_network_header(p, p->data + d->front, d->header);
    struct fs_ip *h = (struct fs_ip *)(p->data + d->front);
    fs_put16(h->length, (uint16_t)(d->header + data));
    fs_put16(h->fragment, fragment);
    fs_ip_set_checksum(h);
}

/* No more will come. With its first fragment it can be reported to the sender (RFC 792). */
static void give_up(struct reassembler *r, uint16_t i, enum fs_drop_reason reason)
{
    struct datagram *d = &r->all[i];
    struct fs_packet *p = take_out(r, i);
    if (d->first) {
        shape(p, d, d->end, d->fragment | FS_IP_MORE_FRAGMENTS);
        fs_reject(&r->base, 1, p, reason);
    } else {
        fs_drop(&r->base, p, reason);
    }
}

/* Expects timeouts in order of age: each fragment makes its datagram the newest. */
static void expire(struct reassembler *r, uint64_t now)
{
    while (r->oldest != NONE && now - r->all[r->oldest].seen > TIMEOUT_NS) {
        give_up(r, r->oldest, FS_DROP_EXPIRED);
    }
}

static void swept(struct fs_element *e, struct fs_timer *t)
{
    struct reassembler *r = (struct reassembler *)e;
    expire(r, fs_steady(e));
    if (r->oldest != NONE) {
        fs_timer_after(t, SWEEP_NS);
    }
}

/* ---- fragments ---- */

static bool bit(const struct datagram *d, unsigned unit) { return (d->there[unit / 64] >> unit % 64 & 1) != 0; }

/* Copies what is new; false when what is there already differs. */
static bool merge(struct datagram *d, unsigned from, const uint8_t *data, unsigned length)
{
    uint8_t *to = d->packet->head + DATA_AT;
    for (unsigned at = 0; at < length; at += 8) {
        unsigned unit = (from + at) / 8, n = length - at < 8 ? length - at : 8;
        if (bit(d, unit)) {
            if (__builtin_memcmp(to + from + at, data + at, n) != 0) {
                return false;
            }
            continue;
        }
        __builtin_memcpy(to + from + at, data + at, n);
        d->there[unit / 64] |= (uint64_t)1 << unit % 64;
        d->have++;
    }
    return true;
}

static void keep_headers(struct datagram *d, struct fs_packet *p, const struct fs_ip *h)
{
    unsigned front = (unsigned)((const uint8_t *)h - p->data);
    d->front = (uint8_t)(front <= FRONT_MAX ? front : 0);
    d->header = (uint8_t)fs_ip_header_length(h);
    d->fragment = fs_get16(h->fragment) & FS_IP_DONT_FRAGMENT;
    d->first = true;
    unsigned before = (unsigned)d->front + d->header;
    __builtin_memcpy(d->packet->head + DATA_AT - before, (const uint8_t *)h - d->front, before);
    __builtin_memcpy(d->packet->annotations, p->annotations, sizeof p->annotations);
    d->packet->device = p->device;
    d->packet->packet_type = p->packet_type;
}

/* Room for one more datagram: old ones go. */
static void make_room(struct reassembler *r)
{
    if (r->used > r->high) {
        while (r->oldest != NONE && r->used > r->high / 4 * 3) {
            give_up(r, r->oldest, FS_DROP_TABLE_FULL);
        }
    }
    if (r->spare == NONE) {
        give_up(r, r->oldest, FS_DROP_TABLE_FULL);
    }
}

/* The datagram that the fragment belongs to; NONE, and the fragment is dropped, when there is no buffer for it. */
static uint16_t datagram_of(struct reassembler *r, struct fs_packet *p, const struct fs_ip *h)
{
    uint8_t key[11];
    make_key(h, key);
    uint16_t i = find(r, key);
    if (i != NONE) {
        unage(r, i);
        make_newest(r, i);
        return i;
    }
    make_room(r);
    struct fs_packet *fresh = fs_packet_new(fs_pool(&r->base), DATA_AT, r->data_max);
    if (fresh == NULL) {
        fs_drop(&r->base, p, FS_DROP_NO_BUFFER);
        return NONE;
    }
    if (r->oldest == NONE && !fs_timer_set(&r->sweep)) {
        fs_timer_after(&r->sweep, SWEEP_NS);
    }
    return put_in(r, key, fresh);
}

/* Adds the fragment; answers the datagram when that completes it. */
static struct fs_packet *add(struct reassembler *r, struct fs_packet *p, struct fs_ip *h)
{
    struct fs_element *e = &r->base;
    const uint16_t flags = fs_get16(h->fragment);
    const bool more = (flags & FS_IP_MORE_FRAGMENTS) != 0;
    const unsigned from = (flags & FS_IP_FRAGMENT_OFFSET) * 8u;
    struct fs_carried c = fs_ip_carried(p, h);
    const unsigned end = from + (unsigned)c.length;
    if (!c.whole || c.length == 0 || end > 0xffff || (more && c.length % 8 != 0)) {
        fs_drop(e, p, FS_DROP_BAD_LENGTH);
        return NULL;
    }
    if (end > r->data_max) {
        fs_drop(e, p, FS_DROP_TOO_LONG);
        return NULL;
    }
    uint64_t now = fs_steady(e);
    expire(r, now);
    uint16_t i = datagram_of(r, p, h);
    if (i == NONE) {
        return NULL;
    }
    struct datagram *d = &r->all[i];
    d->seen = now;
    bool sound = (d->total == 0 || end <= d->total) && (more || (end >= d->end && (d->total == 0 || d->total == end)));
    if (!sound || !merge(d, from, c.at, (unsigned)c.length)) {
        fs_drop(e, take_out(r, i), FS_DROP_MALFORMED);
        fs_drop(e, p, FS_DROP_MALFORMED);
        return NULL;
    }
    if (end > d->end) {
        r->used += end - d->end;
        d->end = (uint16_t)end;
    }
    if (!more) {
        d->total = (uint16_t)end;
    }
    if (from == 0 && !d->first) {
        keep_headers(d, p, h);
    }
    struct fs_packet *whole = NULL;
    if (d->first && d->total != 0 && d->have == (d->total + 7) / 8) {
        whole = take_out(r, i);
        shape(whole, d, d->total, d->fragment);
        whole->timestamp = p->timestamp;
    }
    fs_packet_free(p); /* its data are in the datagram */
    return whole;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        struct fs_ip *h = fs_marked_ip(p);
        if (h == NULL) {
            fs_drop(e, p, FS_DROP_BAD_LENGTH);
            continue;
        }
        if (fs_ip_fragment(h)) {
            p = add((struct reassembler *)e, p, h);
        }
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static void empty(struct reassembler *r)
{
    for (uint16_t i = 0; i < BUCKETS; i++) {
        r->buckets[i] = NONE;
    }
    for (uint16_t i = 0; i < TABLE; i++) {
        r->all[i].next = i + 1 < TABLE ? (uint16_t)(i + 1) : (uint16_t)NONE;
    }
    r->oldest = r->newest = NONE;
    r->spare = 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct reassembler *r = (struct reassembler *)e;
    r->high = (uint32_t)fs_args_integer(e->args, HIMEM, 256 * 1024);
    r->data_max = (uint32_t)(fs_packet_room(fs_pool(e)) - DATA_AT) & ~7u;
    r->data_max = r->data_max > DATA_MOST ? (uint32_t)DATA_MOST : r->data_max;
    r->words = (r->data_max / 8 + 64) / 64;
    r->all = fs_alloc(e, TABLE * sizeof *r->all);
    r->bits = fs_alloc(e, TABLE * r->words * sizeof *r->bits);
    for (unsigned i = 0; r->all != NULL && r->bits != NULL && i < TABLE; i++) {
        r->all[i].there = r->bits + i * r->words;
    }
    if (r->all == NULL || r->bits == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    empty(r);
    return 0;
}

static int initialize(struct fs_element *e, struct fs_text *error)
{
    (void)error;
    fs_timer_init(e, &((struct reassembler *)e)->sweep, swept);
    return 0;
}

static void cleanup(struct fs_element *e)
{
    struct reassembler *r = (struct reassembler *)e;
    while (r->all != NULL && r->bits != NULL && r->oldest != NONE) {
        fs_drop(e, take_out(r, r->oldest), FS_DROP_SHUTDOWN);
    }
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct reassembler *r = (struct reassembler *)e, *o = (struct reassembler *)old;
    __builtin_memcpy(r->all, o->all, TABLE * sizeof *r->all); /* one pool, so the same number of bits */
    __builtin_memcpy(r->bits, o->bits, TABLE * r->words * sizeof *r->bits);
    for (unsigned i = 0; i < TABLE; i++) {
        r->all[i].there = r->bits + i * r->words;
    }
    __builtin_memcpy(r->buckets, o->buckets, sizeof r->buckets);
    r->oldest = o->oldest;
    r->newest = o->newest;
    r->spare = o->spare;
    r->used = o->used;
    empty(o);
    if (r->oldest != NONE) {
        fs_timer_after(&r->sweep, SWEEP_NS);
    }
}

static const struct fs_arg args[] = {
    [HIMEM] = {"HIMEM", "integer", FS_KEYWORD, 0, UINT32_MAX, "262144",
               "Bytes of fragments kept before the oldest go, until three quarters are left."},
};

FS_ELEMENT(IPReassembler) = {
    .name = "IPReassembler",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads ip; writes ip length; drops delays reorders merges keeps-state",
    .summary = "reassembles fragmented IP packets",
    .doc = "Packets that are no fragments pass. A datagram leaves when its last missing fragment has come, with the\n"
           "first fragment's headers and annotations. One without a new fragment for 30 seconds leaves by output 1 as\n"
           "far as it is there, for ICMPError(ADDR, timeexceeded, reassembly); it is dropped as `expired` where that\n"
           "is not connected, or its first fragment is missing. Old ones make room for new ones at HIMEM bytes or 256\n"
           "datagrams (`table-full`).\n\n"
           "Differs from Click's: datagrams of more than 1,792 bytes of data do not fit into a packet, and their\n"
           "fragments are dropped as `too-long`; fragments that overlap and differ, or contradict each other about\n"
           "the length, are dropped with their datagram as `malformed`.\n",
    .size = sizeof(struct reassembler),
    .configure = configure,
    .initialize = initialize,
    .cleanup = cleanup,
    .take_state = take_state,
    .act = act,
};
