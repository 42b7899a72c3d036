/* SYNAuthenticator: lets SYNs of those pass who have shown that they are where they say. */
#include "net/flow_index.h"
#include "net/handlers.h"
#include "net/siphash.h"
#include "net/turn_back.h"

enum { WAYS = 4, SLOT = 16, CAPACITY_MAX = 1 << 22 }; /* a slot is so many seconds */

/* Sources that have answered. */
struct known {
    uint64_t keys[WAYS]; /* 0: free */
    uint32_t at[WAYS];   /* last, in seconds */
};

struct authenticator {
    struct fs_element base;
    struct fs_flow_seed seed; /* of places in the table */
    struct {
        uint64_t key[2];
        uint32_t slot;
    } secrets[2];  /* of cookies: of this slot, and the one before */
    uint64_t pool; /* times at which packets came: what goes into the next secret */
    bool begun;
    struct known *known;
    uint32_t bits; /* 2^bits of them */
    uint32_t lifetime;
    uint64_t passed, challenged, authenticated;
};

enum { CAPACITY, LIFETIME };
enum { PASSES, ANSWERS, CONSUMED };

static uint64_t key_of(const struct authenticator *a, const struct fs_look *l)
{
    uint64_t source = l->version == 4 ? fs_get32(((const struct fs_ip *)l->ip)->source)
                                      : fs_get64(((const struct fs_ip6 *)l->ip)->source); /* the half that a site has */
    uint64_t key = fs_flow_hash(&a->seed, source, l->version);
    return key == 0 ? 1 : key;
}

static struct known *place_of(const struct authenticator *a, uint64_t key)
{
    return &a->known[a->bits == 0 ? 0 : key >> (64 - a->bits)];
}

/* Whether the source has answered of late; it is remembered for as long again then. */
static bool is_known(const struct authenticator *a, uint64_t key, uint32_t now)
{
    struct known *k = place_of(a, key);
    for (unsigned i = 0; i < WAYS; i++) {
        if (k->keys[i] == key && now - k->at[i] < a->lifetime) {
            k->at[i] = now;
            return true;
        }
    }
    return false;
}

static void remember(struct authenticator *a, uint64_t key, uint32_t now)
{
    struct known *k = place_of(a, key);
    unsigned best = 0;
    for (unsigned i = 0; i < WAYS; i++) {
        if (k->keys[i] == key) {
            best = i;
            break;
        }
        bool earlier = k->keys[i] == 0 ? k->keys[best] != 0 : k->keys[best] != 0 && (int32_t)(k->at[i] - k->at[best]) < 0;
        best = earlier ? i : best;
    }
    k->keys[best] = key;
    k->at[best] = now;
}

/* A number that who is at the packet's source alone is told, for some seconds; the upper half is a sequence number. */
static uint64_t cookie(const struct authenticator *a, const struct fs_look *l, unsigned secret)
{
    const uint64_t *key = a->secrets[secret].key;
    uint64_t rest = fs_get32(l->upper) | (uint64_t)a->secrets[secret].slot << 32; /* ports */
    if (l->version == 4) {
        return fs_siphash(key, fs_get64(((const struct fs_ip *)l->ip)->source), rest); /* and destination */
    }
    const uint8_t *at = ((const struct fs_ip6 *)l->ip)->source;
    return fs_siphash(key, fs_siphash(key, fs_get64(at), fs_get64(at + 8)) ^ rest,
                      fs_siphash(key, fs_get64(at + 16), fs_get64(at + 24)));
}

/* A machine's first random numbers are from its clock at start, which may be guessed. So each slot has a secret of its own,
 * made of the one before and of when packets came, of many together: who has guessed one does not know the next. */
static void renew(struct authenticator *a, uint64_t steady)
{
    uint32_t slot = (uint32_t)(steady / 1000000000 / SLOT);
    a->pool = fs_rotated(a->pool ^ steady, 23) * 0x9e3779b97f4a7c15u;
    if (a->begun && slot != a->secrets[0].slot) {
        a->secrets[1] = a->secrets[0];
        a->secrets[0].key[0] = fs_siphash(a->secrets[1].key, a->pool, 0);
        a->secrets[0].key[1] = fs_siphash(a->secrets[1].key, a->pool, 1);
    }
    a->secrets[0].slot = slot;
    a->begun = true;
}

/* Turns a SYN into a SYN-ACK that acknowledges what was never sent: an end that is there answers with a RST that has just
 * that number (RFC 9293 3.10.7.3), and sends its SYN again after a while. NULL: the packet is gone. */
static struct fs_packet *challenge(struct authenticator *a, struct fs_packet *p, const struct fs_look *l)
{
    struct fs_element *e = &a->base;
    if (!fs_can_turn_back(l)) {
        fs_drop(e, p, FS_DROP_MALFORMED);
        return NULL;
    }
    size_t ip = (size_t)(l->ip - p->data), tcp = (size_t)(l->upper - p->data);
    uint64_t number = cookie(a, l, 0);
    unsigned version = l->version;
    p = fs_writable(e, p);
    if (p == NULL) {
        return NULL;
    }
    fs_packet_trim(p, p->length - tcp - FS_TCP_SIZE); /* without options and data */
    struct fs_tcp *h = (struct fs_tcp *)(p->data + tcp);
    fs_put32(h->sequence, (uint32_t)(number >> 32));
    fs_put32(h->acknowledgement, (uint32_t)number);
    h->offset = FS_TCP_SIZE / 4 << 4;
    h->flags = FS_TCP_SYN | FS_TCP_ACK;
    fs_put16(h->window, 0);
    fs_put16(h->checksum, 0);
    fs_put16(h->urgent, 0);
    fs_put16(h->checksum, fs_turn_back(p->data + ip, version, p->data + tcp, FS_TCP_SIZE, FS_PROTOCOL_TCP));
    p->timestamp = fs_now(e);
    a->challenged++;
    return p;
}

static bool answers(const struct authenticator *a, const struct fs_look *l)
{
    uint32_t found = fs_get32(((const struct fs_tcp *)l->upper)->sequence);
    return found == (uint32_t)cookie(a, l, 0)
        || (a->secrets[1].slot + 1 == a->secrets[0].slot && found == (uint32_t)cookie(a, l, 1));
}

/* The packet's output; NULL in place of it when it is gone. */
static uint32_t judge(struct authenticator *a, struct fs_packet **p, uint32_t now)
{
    struct fs_look l;
    fs_look_at(&l, *p);
    uint8_t flags = l.tcp ? ((const struct fs_tcp *)l.upper)->flags : 0;
    if ((flags & (FS_TCP_SYN | FS_TCP_ACK | FS_TCP_RST)) == FS_TCP_SYN) {
        if (is_known(a, key_of(a, &l), now)) {
            a->passed++;
            return PASSES;
        }
        *p = challenge(a, *p, &l);
        return ANSWERS;
    }
    if ((flags & FS_TCP_RST) != 0 && answers(a, &l)) {
        remember(a, key_of(a, &l), now);
        a->authenticated++;
        return CONSUMED;
    }
    return PASSES;
}

static void push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct authenticator *a = (struct authenticator *)e;
    uint32_t outputs[FS_BATCH_MAX], kept = 0, count = batch->count;
    uint64_t steady = fs_steady(e);
    uint32_t now = (uint32_t)(steady / 1000000000);
    (void)port;
    renew(a, steady);
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        if (i + 2 < count) {
            __builtin_prefetch(batch->packets[i + 2]->data);
        }
        uint32_t output = judge(a, &p, now);
        if (output == CONSUMED) {
            fs_reject(e, CONSUMED, p, FS_DROP_DISCARDED);
        } else if (p != NULL) {
            outputs[kept] = output;
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
    fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
}

static FS_ONCE int configure(struct fs_element *e, struct fs_text *error)
{
    struct authenticator *a = (struct authenticator *)e;
    uint32_t capacity = (uint32_t)fs_args_integer(e->args, CAPACITY, 16384);
    int64_t seconds = fs_args_integer(e->args, LIFETIME, 600000000000) / 1000000000;
    a->lifetime = seconds < INT32_MAX ? (uint32_t)seconds : INT32_MAX;
    while (((uint32_t)WAYS << a->bits) < capacity) {
        a->bits++;
    }
    a->known = fs_alloc(e, sizeof *a->known << a->bits);
    if (a->known == NULL) {
        fs_text_format(error, "no memory for %u sources", capacity);
        return -1;
    }
    fs_flow_seed(&a->seed, e);
    for (unsigned i = 0; i < 4; i++) {
        a->secrets[i / 2].key[i % 2] = fs_random(e);
    }
    a->secrets[1].slot = UINT32_MAX; /* there is none before the first, but for one that nobody was told */
    return 0;
}

static FS_ONCE void take_state(struct fs_element *e, struct fs_element *old)
{
    struct authenticator *a = (struct authenticator *)e;
    const struct authenticator *o = (const struct authenticator *)old;
    a->seed = o->seed; /* keys and cookies stay what they are */
    __builtin_memcpy(a->secrets, o->secrets, sizeof a->secrets);
    a->pool = o->pool;
    a->begun = o->begun;
    for (uint32_t i = 0; i < 1u << o->bits; i++) {
        for (unsigned w = 0; w < WAYS; w++) {
            if (o->known[i].keys[w] != 0) {
                remember(a, o->known[i].keys[w], o->known[i].at[w]);
            }
        }
    }
    a->passed = o->passed;
    a->challenged = o->challenged;
    a->authenticated = o->authenticated;
}

static FS_ONCE void read_count(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct authenticator *a = (const struct authenticator *)e;
    uint32_t now = (uint32_t)(fs_steady(e) / 1000000000);
    uint64_t n = 0;
    (void)parameters;
    for (uint32_t i = 0; i < 1u << a->bits; i++) {
        for (unsigned w = 0; w < WAYS; w++) {
            n += a->known[i].keys[w] != 0 && now - a->known[i].at[w] < a->lifetime;
        }
    }
    fs_text_u64(value, n);
}
FS_READ_NUMBER(read_passed, struct authenticator, passed)
FS_READ_NUMBER(read_challenged, struct authenticator, challenged)
FS_READ_NUMBER(read_authenticated, struct authenticator, authenticated)
FS_BUTTON(write_clear, struct authenticator, __builtin_memset(self->known, 0, sizeof *self->known << self->bits))

static const struct fs_arg args[] = {
    [CAPACITY] = {"CAPACITY", "integer", FS_KEYWORD, 1, CAPACITY_MAX, "16384", "Sources remembered; 12 bytes each."},
    [LIFETIME] = {"LIFETIME", "duration", FS_KEYWORD, 0, 0, "600s", "How long one is remembered after its last SYN."},
};
static const struct fs_handler handlers[] = {
    {"count", read_count, NULL, FS_HANDLER_EXPENSIVE, NULL, "Sources remembered."},
    {"passed", read_passed, NULL, 0, NULL, "SYNs of known sources."},
    {"challenged", read_challenged, NULL, 0, NULL, "SYNs of others, answered by a question."},
    {"authenticated", read_authenticated, NULL, 0, NULL, "Right answers."},
    {"clear", NULL, write_clear, FS_HANDLER_BUTTON, NULL, "Forgets all sources."},
};

FS_ELEMENT(SYNAuthenticator) = {
    .name = "SYNAuthenticator",
    .ports = "1/2-3",
    .processing = "h/h",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip.src ip.dst ip6 tcp; writes ip ip6 tcp length; drops; originates; keeps-state",
    .summary = "lets SYNs pass of sources that have shown to be there",
    .doc = "Ours: against floods of SYNs with forged sources. A SYN of an unknown source becomes a SYN-ACK that acknowledges a\n"
           "number of ours, and leaves by output 1, for EtherMirror and the way back. Who is there answers with a RST that has\n"
           "that number (RFC 9293 3.10.7.3), and his next SYN passes, which he sends after a second or so by himself; nothing\n"
           "is kept of who does not answer. The number is a keyed hash (SipHash) of addresses and ports, good for 16 to 32 s.\n"
           "The RST leaves by output 2; where it is not connected it is dropped as `discarded`. All else leaves by output 0. A\n"
           "source is an IPv4 address, or the first half of an IPv6 address. A full table forgets the one of four that was\n"
           "silent for longest. SYNs with IP options or extension headers, or in fragments, are dropped as `malformed`. Hosts\n"
           "behind a filter that takes such a SYN-ACK away cannot answer. It looks at the marked IP header, or behind Ethernet\n"
           "and VLAN tags.\n\n"
           "    FromDevice(0) -> a :: SYNAuthenticator -> ToDevice(1);  a[1] -> EtherMirror -> ToDevice(0);\n",
    .size = sizeof(struct authenticator),
    .configure = configure,
    .take_state = take_state,
    .push = push,
};
