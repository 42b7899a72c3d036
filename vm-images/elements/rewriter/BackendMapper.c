/* BackendMapper: spreads the new flows of a rewriter over servers by consistent hashing, and leaves out those that are
 * down. */
#include "net/hash_ring.h"
#include "net/rewriter.h"
#include "net/values.h"

struct backend {
    uint32_t address; /* as in a packet */
    uint32_t flows;   /* given to it so far */
};

struct spreader {
    struct fs_mapper mapper;
    struct backend *backends;
    bool *down; /* by backend */
    struct fs_hash_ring ring;
    uint64_t seed;
    bool by_flow;
    uint16_t port; /* as in a packet; 0: left as it is */
};

enum { BACKEND, OUTPUT, REPLY_OUTPUT, PORT, BY_FLOW, SEED };
enum { POINTS = 64, BACKENDS_FORMAT = 1 };

static bool choose(struct fs_mapper *m, struct fs_mapper_request *q)
{
    struct spreader *s = (struct spreader *)m;
    uint64_t key = s->seed ^ FS_SWAP32(q->key.source);
    if (s->by_flow) {
        key = fs_hash_mix(key) ^ q->key.destination ^ (uint64_t)q->key.ports << 32;
    }
    uint32_t b = fs_hash_ring_find(&s->ring, (uint32_t)(fs_hash_mix(key) >> 32), s->down, m->count);
    if (b == m->count) {
        return false;
    }
    q->choice = b;
    q->rewritten = q->key;
    q->rewritten.destination = s->backends[b].address;
    if (s->port != 0 && !q->ping) {
        q->rewritten.ports = fs_nat_ports((uint16_t)q->key.ports, s->port);
    }
    s->backends[b].flows++;
    return true;
}

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct spreader *s = (struct spreader *)e;
    struct fs_mapper *m = &s->mapper;
    struct fs_bytes addresses = fs_args_bytes(e->args, BACKEND);
    m->choose = choose;
    m->count = (uint32_t)(addresses.length / 4);
    if (m->count == 0) {
        fs_text_string(error, "no backends given");
        return -1;
    }
    m->choices = fs_alloc(e, m->count * sizeof *m->choices);
    m->ids = fs_alloc(e, m->count * sizeof *m->ids);
    s->backends = fs_alloc(e, m->count * sizeof *s->backends);
    s->down = fs_alloc(e, m->count * sizeof *s->down);
    if (m->choices == NULL || m->ids == NULL || s->backends == NULL || s->down == NULL) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    for (uint32_t i = 0; i < m->count; i++) {
        __builtin_memcpy(&s->backends[i].address, addresses.at + 4 * i, 4);
        m->ids[i] = get_le32(addresses.at + 4 * i); /* its places on the ring are the address's, wherever it is named */
        m->choices[i].output[0] = (uint16_t)fs_args_integer(e->args, OUTPUT, 0);
        m->choices[i].output[1] = (uint16_t)fs_args_integer(e->args, REPLY_OUTPUT, 1);
    }
    s->port = FS_SWAP16((uint16_t)fs_args_integer(e->args, PORT, 0));
    s->by_flow = fs_args_boolean(e->args, BY_FLOW, true);
    s->seed = fs_hash_mix((uint64_t)fs_args_integer(e->args, SEED, 0));
    if (fs_hash_ring_init(&s->ring, e, m->ids, m->count, POINTS, s->seed) != 0) {
        fs_text_string(error, "out of memory");
        return -1;
    }
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct spreader *s = (struct spreader *)e;
    const struct spreader *o = (const struct spreader *)old;
    for (uint32_t i = 0; i < s->mapper.count; i++) {
        for (uint32_t k = 0; k < o->mapper.count; k++) {
            if (s->backends[i].address == o->backends[k].address) {
                s->down[i] = o->down[k];
                s->backends[i].flows = o->backends[k].flows;
            }
        }
    }
}

static void read_backends(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    const struct spreader *s = (struct spreader *)e;
    (void)parameters;
    for (uint32_t i = 0; i < s->mapper.count; i++) {
        uint8_t address[4];
        __builtin_memcpy(address, &s->backends[i].address, 4);
        fs_text_ip(value, address);
        fs_text_format(value, " %s %u\n", s->down[i] ? "down" : "up", s->backends[i].flows);
    }
}

static int set_down(struct fs_element *e, bool down, const char *value, size_t length, struct fs_text *error)
{
    struct spreader *s = (struct spreader *)e;
    uint8_t address[4];
    uint32_t wanted;
    if (fs_parse_ip(value, length, address)) {
        __builtin_memcpy(&wanted, address, 4);
        for (uint32_t i = 0; i < s->mapper.count; i++) {
            if (s->backends[i].address == wanted) {
                s->down[i] = down;
                return 0;
            }
        }
    }
    fs_text_format(error, "%s: expected the address of a backend", down ? "down" : "up");
    return -1;
}
static int write_down(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return set_down(e, true, value, length, error);
}
static int write_up(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return set_down(e, false, value, length, error);
}

static const struct fs_arg args[] = {
    [BACKEND] = {"BACKEND", "ip-addresses", FS_REST, 0, 0, NULL, "The servers' addresses."},
    [OUTPUT] = {"OUTPUT", "integer", FS_KEYWORD, 0, 255, "0", "The rewriter's output towards servers."},
    [REPLY_OUTPUT] = {"REPLY_OUTPUT", "integer", FS_KEYWORD, 0, 255, "1", "The rewriter's output towards clients."},
    [PORT] = {"PORT", "integer", FS_KEYWORD, 0, 65535, "0", "The servers' port; 0 leaves the clients' choice."},
    [BY_FLOW] = {"BY_FLOW", "boolean", FS_KEYWORD, 0, 0, "true",
                 "Spread the flows of a client; else all of a client's go to the same server."},
    [SEED] = {"SEED", "integer", FS_KEYWORD, 0, 0, "0", "Instances with the same seed choose alike."},
};
static const struct fs_handler handlers[] = {
    {"backends", read_backends, NULL, 0, NULL, "A line a server: `ADDRESS up|down FLOWS`, the flows given to it so far."},
    {"down", NULL, write_down, 0, NULL, "Takes a server out: new flows go to others, known ones stay with it."},
    {"up", NULL, write_up, 0, NULL, "Takes it in again."},
};

FS_ELEMENT(BackendMapper) = {
    .name = "BackendMapper",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "keeps-state",
    .summary = "spreads flows over servers for a rewriter",
    .doc = "Ours: Click has no counterpart. Named as the specification of a rewriter's input. The destination of a new\n"
           "flow becomes a server's address, by consistent hashing of the flow (or of its source): a server that goes down or\n"
           "comes back moves its own share of new flows alone. Known flows, and answers, keep to the server that they have.\n"
           "When all are down the flow gets no mapping.\n\n"
           "    servers :: BackendMapper(10.0.0.11, 10.0.0.12, 10.0.0.13);\n"
           "    rw :: IPRewriter(servers, drop);\n",
    .size = sizeof(struct spreader),
    .configure = configure,
    .initialize = fs_mapper_initialize,
    .take_state = take_state,
};
