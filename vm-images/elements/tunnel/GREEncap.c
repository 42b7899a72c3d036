/* GREEncap: puts a GRE header in front. */
#include <flowstream/element.h>

#include "net/checksum.h"
#include "net/gre.h"

struct encap {
    struct fs_element base;
    uint16_t flags, type;
    uint32_t key, sequence;
    size_t size;
};

enum { ETHERTYPE, KEY, SEQUENCE, CHECKSUM };

/* RFC 2890 section 2: the fields that are there, in this order. */
static void write(struct encap *c, struct fs_packet *p)
{
    uint8_t *at = p->data + FS_GRE_SIZE, *checksum = NULL;
    fs_put16(p->data, c->flags);
    fs_put16(p->data + 2, c->type);
    if ((c->flags & FS_GRE_CHECKSUM) != 0) {
        checksum = at;
        fs_put32(at, 0);
        at += 4;
    }
    if ((c->flags & FS_GRE_KEY) != 0) {
        fs_put32(at, c->key);
        at += 4;
    }
    if ((c->flags & FS_GRE_SEQUENCE) != 0) {
        fs_put32(at, c->sequence++);
    }
    if (checksum != NULL) {
        fs_put16(checksum, fs_checksum(p->data, p->length));
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct encap *c = (struct encap *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        if (!fs_packet_prepend(p, c->size)) {
            fs_drop(e, p, FS_DROP_NO_ROOM);
            continue;
        }
        write(c, p);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    (void)error;
    c->type = (uint16_t)fs_args_integer(e->args, ETHERTYPE, 0x0800);
    int64_t key = fs_args_integer(e->args, KEY, -1);
    c->key = (uint32_t)key;
    c->flags = (uint16_t)((key >= 0 ? FS_GRE_KEY : 0)
                          | (fs_args_boolean(e->args, SEQUENCE, false) ? FS_GRE_SEQUENCE : 0)
                          | (fs_args_boolean(e->args, CHECKSUM, false) ? FS_GRE_CHECKSUM : 0));
    c->size = FS_GRE_SIZE + 4u * (unsigned)__builtin_popcount(c->flags);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct encap *)e)->sequence = ((struct encap *)old)->sequence;
}

static const struct fs_arg args[] = {
    [ETHERTYPE] = {"ETHERTYPE", "ether-type", FS_OPTIONAL, 0, 0xffff, "ip", "What is carried."},
    [KEY] = {"KEY", "integer", FS_KEYWORD, -1, UINT32_MAX, "-1", "The key (RFC 2890); below 0: none."},
    [SEQUENCE] = {"SEQUENCE", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to number packets, from 0 (RFC 2890)."},
    [CHECKSUM] = {"CHECKSUM", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to set a checksum."},
};

FS_ELEMENT(GREEncap) = {
    .name = "GREEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads payload; writes length; drops",
    .summary = "puts a GRE header in front of packets",
    .doc = "RFC 2784 and 2890. Packets without 4 to 16 bytes of headroom are dropped as `no-room`.\n\n"
           "    ... -> GREEncap(ip, KEY 7) -> IPEncap(gre, 192.0.2.1, 198.51.100.1) -> ...\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
