/* PortBlockMapper: gives each source address blocks of ports of public addresses, for the new flows of a rewriter
 * (carrier-grade translation, RFC 6888). */
#include "net/flow_index.h"
#include "net/ip.h"
#include "net/rewriter.h"
#include "net/values.h"

enum { PROTOCOLS = 3, BLOCKS_MOST = 8, HOLD = 120000, NOBODY = 0xffffffff, ADDRESSES_MOST = 4096 };

/* What a public port stands for: the inside port, and how many mappings have it. */
struct port {
    uint16_t inside;
    uint16_t mappings;
};
struct block {
    uint32_t owner; /* subscriber; NOBODY: free */
    uint32_t freed; /* when, milliseconds */
    uint32_t mappings;
};
struct subscriber {
    uint32_t source; /* as in a packet; 0: the record is free */
    uint32_t next;   /* among the free records */
    uint32_t count;
    uint32_t blocks[BLOCKS_MOST];
};

struct blocks {
    struct fs_mapper mapper;
    uint32_t public, address_count; /* the first address, as a number */
    uint32_t size, first, per_address, block_count, per_subscriber;
    struct block *block;
    struct port *ports[PROTOCOLS]; /* by block and place in it */
    struct subscriber *subscribers; /* as many as blocks: each has one at least */
    struct fs_flow_index index;
    struct fs_flow_seed seed;
    uint32_t free, hand, used_blocks, subscriber_count;
    uint64_t limited, exhausted;
    bool deterministic, log;
    uint32_t inside, inside_mask; /* numbers */
};

enum { PUBLIC, BLOCK, FIRST, BLOCKS, INSIDE, LOG, OUTPUT, REPLY_OUTPUT };

static unsigned protocol_place(uint8_t protocol)
{
    return protocol == FS_PROTOCOL_TCP ? 0 : protocol == FS_PROTOCOL_UDP ? 1 : 2;
}

static uint32_t public_address(const struct blocks *m, uint32_t block)
{
    return FS_SWAP32(m->public + block / m->per_address); /* as in a packet */
}
static uint32_t first_port(const struct blocks *m, uint32_t block)
{
    return m->first + block % m->per_address * m->size;
}

static void say(struct blocks *m, const char *what, uint32_t source, uint32_t block)
{
    char line[160];
    struct fs_text t = {.at = line, .capacity = sizeof line};
    uint8_t bytes[4];
    if (!m->log) {
        return;
    }
    fs_text_format(&t, "%s: block %s ", m->mapper.base.name, what);
    __builtin_memcpy(bytes, &source, 4);
    fs_text_ip(&t, bytes);
    uint32_t address = public_address(m, block);
    __builtin_memcpy(bytes, &address, 4);
    fs_text_char(&t, ' ');
    fs_text_ip(&t, bytes);
    fs_text_format(&t, " %u-%u", first_port(m, block), first_port(m, block) + m->size - 1);
    fs_log(&m->mapper.base, line, t.length);
}

/* ---- subscribers ---- */

static uint64_t hash_of(const struct blocks *m, uint32_t source) { return fs_flow_hash(&m->seed, source, 0); }

static struct subscriber *find(struct blocks *m, uint32_t source)
{
    struct fs_flow_probe p;
    uint32_t v = fs_flow_first(&m->index, hash_of(m, source), &p);
    while (v != FS_FLOW_NONE && m->subscribers[v].source != source) {
        v = fs_flow_next(&m->index, &p);
    }
    return v != FS_FLOW_NONE ? &m->subscribers[v] : NULL;
}

static struct subscriber *subscribe(struct blocks *m, uint32_t source)
{
    if (m->free == NOBODY || source == 0) {
        return NULL;
    }
    uint32_t record = m->free;
    struct subscriber *s = &m->subscribers[record];
    m->free = s->next;
    *s = (struct subscriber){.source = source};
    fs_flow_index_insert(&m->index, hash_of(m, source), record);
    m->subscriber_count++;
    return s;
}

static void unsubscribe(struct blocks *m, struct subscriber *s)
{
    uint32_t record = (uint32_t)(s - m->subscribers);
    fs_flow_index_remove(&m->index, hash_of(m, s->source), record);
    *s = (struct subscriber){.next = m->free};
    m->free = record;
    m->subscriber_count--;
}

static void own(struct blocks *m, struct subscriber *s, uint32_t block)
{
    m->block[block].owner = (uint32_t)(s - m->subscribers);
    s->blocks[s->count++] = block;
    m->used_blocks++;
    say(m, "allocated", s->source, block);
}

/* A block that is free, and was for HOLD; if there is none, the one free for longest among those looked at. A second
 * block is of the same public address as the first (RFC 4787 4.1, paired), or there is none. */
static uint32_t free_block(struct blocks *m, const struct subscriber *s, uint32_t now)
{
    uint32_t from = 0, count = m->block_count, best = NOBODY, longest = 0;
    if (s->count > 0) {
        from = s->blocks[0] / m->per_address * m->per_address;
        count = m->per_address;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t b = from + (m->hand + i) % count;
        const struct block *candidate = &m->block[b];
        uint32_t age = candidate->freed == 0 ? NOBODY : now - candidate->freed;
        if (candidate->owner == NOBODY && (best == NOBODY || age > longest)) {
            best = b;
            longest = age;
            if (age >= HOLD) {
                break;
            }
        }
    }
    m->hand = best != NOBODY ? (best + 1) % m->block_count : m->hand;
    return best;
}

/* RFC 7422: a subscriber's block follows from his address. */
static uint32_t computed_block(const struct blocks *m, uint32_t source)
{
    uint32_t number = FS_SWAP32(source);
    uint32_t host = number & ~m->inside_mask;
    return (number & m->inside_mask) == m->inside && host < m->block_count ? host : NOBODY;
}

static bool give_block(struct blocks *m, struct subscriber *s, uint32_t now)
{
    if (s->count == (m->deterministic ? 1 : m->per_subscriber)) {
        m->limited++;
        return false;
    }
    uint32_t b = m->deterministic ? computed_block(m, s->source) : free_block(m, s, now);
    if (b == NOBODY) {
        m->exhausted++;
        return false;
    }
    own(m, s, b);
    return true;
}

static void give_back(struct blocks *m, uint32_t block, uint32_t now)
{
    struct subscriber *s = &m->subscribers[m->block[block].owner];
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->blocks[i] == block) {
            s->blocks[i] = s->blocks[--s->count];
            break;
        }
    }
    say(m, "released", s->source, block);
    m->block[block].owner = NOBODY;
    m->block[block].freed = now | 1;
    m->used_blocks--;
    if (s->count == 0) {
        unsubscribe(m, s);
    }
}

/* ---- ports ---- */

/* The port of the block that the inside port has already, whatever the destination (RFC 4787 4.1, endpoint-independent
 * mapping), else one that nobody has; NOBODY when there is none. */
static uint32_t port_of(const struct blocks *m, uint32_t block, unsigned protocol, uint16_t inside, bool known)
{
    const struct port *ports = m->ports[protocol] + (size_t)block * m->size;
    uint32_t start = inside % m->size; /* keeps a port's place where it can: parity, RFC 4787 4.2.2 */
    for (uint32_t i = 0; i < m->size; i++) {
        uint32_t place = start + i < m->size ? start + i : start + i - m->size;
        if (known ? ports[place].mappings != 0 && ports[place].inside == inside
                  : ports[place].mappings == 0) {
            return place;
        }
    }
    return NOBODY;
}

static bool choose(struct fs_mapper *mapper, struct fs_mapper_request *q)
{
    struct blocks *m = (struct blocks *)mapper;
    uint32_t now = fs_rewriter_now(&mapper->base), place = NOBODY, block = NOBODY;
    unsigned protocol = protocol_place(q->protocol);
    uint16_t inside = FS_SWAP16((uint16_t)q->key.ports);
    struct subscriber *s = find(m, q->key.source);
    for (unsigned known = 2; s != NULL && known-- > 0 && place == NOBODY;) {
        for (uint32_t i = 0; i < s->count && place == NOBODY; i++) {
            block = s->blocks[i];
            place = port_of(m, block, protocol, inside, known != 0);
        }
    }
    if (place == NOBODY) {
        bool new = s == NULL;
        s = new ? subscribe(m, q->key.source) : s;
        if (s == NULL || !give_block(m, s, now)) {
            m->exhausted += s == NULL;
            if (new && s != NULL) {
                unsubscribe(m, s);
            }
            return false;
        }
        block = s->blocks[s->count - 1];
        place = port_of(m, block, protocol, inside, false);
    }
    uint16_t port = FS_SWAP16((uint16_t)(first_port(m, block) + place));
    uint16_t other = q->ping ? FS_SWAP16((uint16_t)(first_port(m, block) + place + 1)) : (uint16_t)(q->key.ports >> 16);
    q->rewritten = q->key;
    q->rewritten.source = public_address(m, block);
    q->rewritten.ports = fs_nat_ports(port, other);
    q->choice = 0;
    return true;
}

/* The block and place of a mapping's public port; false when it is not of ours. */
static bool locate(const struct blocks *m, const struct fs_nat_flow *f, uint32_t *block, uint32_t *place)
{
    uint32_t offset = FS_SWAP16((uint16_t)(f->key[1].ports >> 16)) - m->first;
    uint32_t address = FS_SWAP32(f->key[1].destination) - m->public;
    *block = address * m->per_address + offset / m->size;
    *place = offset % m->size;
    return address < m->address_count && offset / m->size < m->per_address;
}

static void made(struct fs_mapper *mapper, const struct fs_nat_flow *f, uint8_t protocol)
{
    struct blocks *m = (struct blocks *)mapper;
    uint32_t block, place;
    if (!locate(m, f, &block, &place)) {
        return;
    }
    if (m->block[block].owner == NOBODY) { /* taken over from a configuration that ended */
        struct subscriber *s = find(m, f->key[0].source);
        s = s != NULL ? s : subscribe(m, f->key[0].source);
        if (s == NULL || s->count == BLOCKS_MOST) {
            return;
        }
        own(m, s, block);
    }
    struct port *p = &m->ports[protocol_place(protocol)][(size_t)block * m->size + place];
    p->inside = FS_SWAP16((uint16_t)f->key[0].ports);
    p->mappings += p->mappings != UINT16_MAX; /* once there, the port stays taken */
    m->block[block].mappings++;
}

static void gone(struct fs_nat_way *way, const struct fs_nat_flow *f)
{
    struct blocks *m = way->context;
    uint32_t block, place;
    if (!locate(m, f, &block, &place) || m->block[block].owner == NOBODY || m->block[block].mappings == 0) {
        return;
    }
    struct port *p = &m->ports[protocol_place(way->protocol)][(size_t)block * m->size + place];
    p->mappings -= p->mappings != 0 && p->mappings != UINT16_MAX;
    if (--m->block[block].mappings == 0) {
        give_back(m, block, fs_rewriter_now(&m->mapper.base));
    }
}

/* ---- the element ---- */

static bool take_memory(struct blocks *m)
{
    struct fs_element *e = &m->mapper.base;
    m->block = fs_alloc(e, m->block_count * sizeof *m->block);
    m->subscribers = fs_alloc(e, m->block_count * sizeof *m->subscribers);
    m->mapper.choices = fs_alloc(e, sizeof *m->mapper.choices);
    bool good = m->block != NULL && m->subscribers != NULL && m->mapper.choices != NULL;
    for (unsigned i = 0; i < PROTOCOLS; i++) {
        m->ports[i] = fs_alloc(e, (size_t)m->block_count * m->size * sizeof(struct port));
        good = good && m->ports[i] != NULL;
    }
    return good && fs_flow_index_init(&m->index, e, m->block_count) == 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct blocks *m = (struct blocks *)e;
    struct fs_bytes public = fs_args_bytes(e->args, PUBLIC), inside = fs_args_bytes(e->args, INSIDE);
    uint32_t mask = fs_get32(public.at + 4);
    m->public = fs_get32(public.at) & mask;
    m->address_count = ~mask + 1;
    m->size = (uint32_t)fs_args_integer(e->args, BLOCK, 512);
    m->first = (uint32_t)fs_args_integer(e->args, FIRST, 1024);
    m->per_subscriber = (uint32_t)fs_args_integer(e->args, BLOCKS, 2);
    m->log = fs_args_boolean(e->args, LOG, true);
    m->per_address = (65536 - m->first) / m->size;
    if (m->address_count == 0 || m->address_count > ADDRESSES_MOST || m->per_address == 0) {
        fs_text_format(error, m->per_address == 0 ? "BLOCK has more ports than there are from FIRST on"
                                                  : "more than %d public addresses", ADDRESSES_MOST);
        return -1;
    }
    m->block_count = m->address_count * m->per_address;
    if (inside.length == 8) {
        m->deterministic = true;
        m->log = fs_args_boolean(e->args, LOG, false);
        m->inside_mask = fs_get32(inside.at + 4);
        m->inside = fs_get32(inside.at) & m->inside_mask;
        if ((uint64_t)(uint32_t)~m->inside_mask + 1 > m->block_count) {
            fs_text_format(error, "INSIDE has %llu addresses, and there are %u blocks",
                           (unsigned long long)(uint32_t)~m->inside_mask + 1, m->block_count);
            return -1;
        }
    }
    if (!take_memory(m)) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    for (uint32_t i = 0; i < m->block_count; i++) {
        m->block[i].owner = NOBODY;
        m->subscribers[i].next = i + 1 < m->block_count ? i + 1 : NOBODY;
    }
    fs_flow_seed(&m->seed, e);
    m->mapper.choices->output[0] = (uint16_t)fs_args_integer(e->args, OUTPUT, 0);
    m->mapper.choices->output[1] = (uint16_t)fs_args_integer(e->args, REPLY_OUTPUT, 1);
    m->mapper.count = 1;
    m->mapper.choose = choose;
    m->mapper.adopt = made;
    m->mapper.gone = gone;
    return 0;
}

static void read_blocks(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct blocks *m = (struct blocks *)e;
    (void)parameters;
    for (uint32_t b = 0; b < m->block_count; b++) {
        if (m->block[b].owner != NOBODY) {
            uint32_t address = public_address(m, b);
            uint8_t bytes[4];
            __builtin_memcpy(bytes, &m->subscribers[m->block[b].owner].source, 4);
            fs_text_ip(value, bytes);
            fs_text_char(value, ' ');
            __builtin_memcpy(bytes, &address, 4);
            fs_text_ip(value, bytes);
            fs_text_format(value, " %u-%u %u\n", first_port(m, b), first_port(m, b) + m->size - 1, m->block[b].mappings);
        }
    }
}
static void read_subscribers(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct blocks *)e)->subscriber_count);
}
static void read_free(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct blocks *)e)->block_count - ((struct blocks *)e)->used_blocks);
}
/* Its blocks come back with the mappings that a rewriter takes over. */
FS_ONCE static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct blocks *m = (struct blocks *)e;
    m->limited = ((const struct blocks *)old)->limited;
    m->exhausted = ((const struct blocks *)old)->exhausted;
}

static void read_limited(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct blocks *)e)->limited);
}
static void read_exhausted(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct blocks *)e)->exhausted);
}

static const struct fs_arg args[] = {
    [PUBLIC] = {"PUBLIC", "ip-prefix", FS_POSITIONAL, 0, 0, NULL, "The public addresses, all of the prefix."},
    [BLOCK] = {"BLOCK", "integer", FS_KEYWORD, 16, 32768, "512", "Ports of a block."},
    [FIRST] = {"FIRST", "integer", FS_KEYWORD, 1, 65000, "1024", "The first port that is given out."},
    [BLOCKS] = {"BLOCKS", "integer", FS_KEYWORD, 1, BLOCKS_MOST, "2", "Blocks that a source address can have at most."},
    [INSIDE] = {"INSIDE", "ip-prefix", FS_KEYWORD, 0, 0, "",
                "Source addresses that have one fixed block each, by their number (RFC 7422); others get none."},
    [LOG] = {"LOG", "boolean", FS_KEYWORD, 0, 0, "true", "Log blocks that are given and taken; false with INSIDE."},
    [OUTPUT] = {"OUTPUT", "integer", FS_KEYWORD, 0, 255, "0", "The rewriter's output for flows."},
    [REPLY_OUTPUT] = {"REPLY_OUTPUT", "integer", FS_KEYWORD, 0, 255, "1", "The rewriter's output for their answers."},
};
static const struct fs_handler handlers[] = {
    {"blocks", read_blocks, NULL, FS_HANDLER_EXPENSIVE, NULL,
     "A line a block in use: `SOURCE PUBLIC FIRST-LAST MAPPINGS`."},
    {"subscribers", read_subscribers, NULL, 0, NULL, "Source addresses that have blocks."},
    {"free", read_free, NULL, 0, NULL, "Blocks that nobody has."},
    {"limited", read_limited, NULL, 0, NULL, "Flows refused because their source had all the blocks that it may have."},
    {"exhausted", read_exhausted, NULL, 0, NULL, "Flows refused because no block was free."},
};

FS_ELEMENT(PortBlockMapper) = {
    .name = "PortBlockMapper",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "keeps-state",
    .summary = "gives source addresses blocks of ports for a rewriter",
    .doc = "Ours: Click has no counterpart. Named as the specification of inputs of IPRewriter or ICMPPingRewriter (several\n"
           "may share one). A source address is given a block of ports of a public address with its first flow, and further\n"
           "ones of the same address when it is used up; a block goes back when its last mapping has gone, and is given to\n"
           "others after 120 s (RFC 6888 REQ-8) unless all others are used up. All flows of an inside address and port have\n"
           "the same public port (endpoint-independent mapping, RFC 4787). One log line for each block that is given or\n"
           "taken is enough to find who had a port (REQ-12):\n\n"
           "    blocks: block allocated 100.64.0.7 198.51.100.1 1024-1535\n\n"
           "With INSIDE blocks are computed, and nothing needs to be logged. Memory: 12 bytes a public port.\n\n"
           "    blocks :: PortBlockMapper(198.51.100.64/28);\n"
           "    rw :: IPRewriter(blocks, drop);\n",
    .size = sizeof(struct blocks),
    .configure = configure,
    .take_state = take_state,
    .initialize = fs_mapper_initialize,
};
