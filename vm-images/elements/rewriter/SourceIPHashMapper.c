/* SourceIPHashMapper: chooses patterns by source address, by consistent hashing, for the new flows of a rewriter. */
#include "net/hash_ring.h"
#include "net/rewriter.h"
#include "net/values.h"

struct hasher {
    struct fs_mapper mapper;
    struct fs_hash_ring ring;
    uint64_t seed;
    uint32_t points;
};

enum { HASH, PATTERN };
enum { POINTS_MOST = 4096 };

static bool choose(struct fs_mapper *m, struct fs_mapper_request *q)
{
    const struct hasher *h = (struct hasher *)m;
    uint32_t place = (uint32_t)(fs_hash_mix(h->seed ^ FS_SWAP32(q->key.source)) >> 32);
    return fs_mapper_try(m, fs_hash_ring_find(&h->ring, place, NULL, m->count), q);
}

static int prepare(struct fs_mapper *m, struct fs_text *error)
{
    struct hasher *h = (struct hasher *)m;
    if (fs_hash_ring_init(&h->ring, &m->base, m->ids, m->count, h->points, h->seed) == 0) {
        return 0;
    }
    fs_text_string(error, "out of memory");
    return -1;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct hasher *h = (struct hasher *)e;
    const char *text = fs_args_text(e->args, HASH, ""), *word;
    size_t left = __builtin_strlen(text), n;
    int64_t points, seed;
    h->mapper.choose = choose;
    h->mapper.prepare = prepare;
    if (!fs_parse_word(&text, &left, &word, &n) || !fs_parse_integer(word, n, 1, POINTS_MOST, &points)) {
        fs_text_format(error, "number of nodes must be an integer from 1 to %d", POINTS_MOST);
        return -1;
    }
    if (!fs_parse_word(&text, &left, &word, &n) || !fs_parse_integer(word, n, INT32_MIN, UINT32_MAX, &seed)
        || fs_parse_word(&text, &left, &word, &n)) {
        fs_text_string(error, "hash seed must be an integer");
        return -1;
    }
    h->points = (uint32_t)points;
    h->seed = fs_hash_mix((uint64_t)seed);
    return fs_mapper_configure(&h->mapper, fs_args_bytes(e->args, PATTERN), true, error);
}

static const struct fs_arg args[] = {
    [HASH] = {"HASH", "string", FS_POSITIONAL, 0, 0, NULL, "`NNODES SEED`: points on the ring for each server, and a number."},
    [PATTERN] = {"PATTERN", "mapper-server", FS_REST, 0, 0, NULL,
                 "`PATTERN FOUTPUT ROUTPUT ID`: ID is the server's number, which its places on the ring depend on."},
};

FS_ELEMENT(SourceIPHashMapper) = {
    .name = "SourceIPHashMapper",
    .ports = "0/0",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "",
    .summary = "chooses patterns by source address for a rewriter",
    .doc = "Named as the specification of a rewriter's input. All new flows of one source address are given the same\n"
           "pattern, also by other instances with the same arguments; a server more or less changes the pattern of its own\n"
           "share of addresses alone. Which address goes where is not as in Click, which asks the C library's random().\n\n"
           "    servers :: SourceIPHashMapper(50 0xbeef, - - 10.0.0.11 - 0 1 11, - - 10.0.0.12 - 0 1 12);\n"
           "    rw :: IPRewriter(servers, drop);\n",
    .size = sizeof(struct hasher),
    .configure = configure,
    .initialize = fs_mapper_initialize,
};
