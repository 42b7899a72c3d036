/* SetRandIPAddress: sets the destination annotation at random. */
#include "net/marked.h"

struct set {
    struct fs_element base;
    uint32_t address, mask;
    uint32_t limit, count; /* how many addresses there may be (0: any number), and are */
    uint32_t *addresses;
};

enum { PREFIX, LIMIT };

static uint32_t pick(struct set *s)
{
    uint64_t random = fs_random(&s->base);
    uint32_t fresh = s->address | ((uint32_t)random & ~s->mask);
    if (s->limit == 0) {
        return fresh;
    }
    uint32_t place = (uint32_t)((random >> 32) * s->limit >> 32);
    if (place < s->count) {
        return s->addresses[place];
    }
    return s->addresses[s->count++] = fresh;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        uint8_t address[4];
        fs_put32(address, pick((struct set *)e));
        fs_set_anno_address(batch->packets[i], FS_ANNO_DST_IP, address);
    }
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct set *s = (struct set *)e;
    struct fs_bytes prefix = fs_args_bytes(e->args, PREFIX);
    s->mask = fs_get32(prefix.at + 4);
    s->address = fs_get32(prefix.at) & s->mask;
    s->limit = (uint32_t)fs_args_integer(e->args, LIMIT, 0);
    if (s->limit != 0) {
        s->addresses = fs_alloc(e, (size_t)s->limit * sizeof *s->addresses);
        if (s->addresses == NULL) {
            fs_text_string(error, "out of memory");
            return -1;
        }
    }
    return 0;
}

static const struct fs_arg args[] = {
    [PREFIX] = {"PREFIX", "ip-prefix", FS_POSITIONAL, 0, 0, NULL, "The bits that all addresses have in common."},
    [LIMIT] = {"LIMIT", "integer", FS_OPTIONAL, 1, 1 << 20, "none", "The most different addresses."},
};

FS_ELEMENT(SetRandIPAddress) = {
    .name = "SetRandIPAddress",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "writes annotation.DST_IP",
    .summary = "sets the destination annotation at random",
    .doc = "The frame is not changed; StoreIPAddress does that.\n",
    .size = sizeof(struct set),
    .configure = configure,
    .act = act,
};
