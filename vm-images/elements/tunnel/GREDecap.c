/* GREDecap: takes a GRE header off. */
#include <flowstream/element.h>

#include "net/checksum.h"
#include "net/gre.h"

struct decap {
    struct fs_element base;
    uint16_t type;
    int64_t key; /* below 0: none */
    bool ordered, begun;
    uint32_t sequence; /* the latest */
};

enum { ETHERTYPE, KEY, SEQUENCE };

/* Whether the number comes after the latest; then it is the latest (RFC 2890 section 2.2). */
static bool next(struct decap *d, uint32_t sequence)
{
    if (d->begun && (int32_t)(sequence - d->sequence) <= 0) {
        return false;
    }
    d->begun = true;
    d->sequence = sequence;
    return true;
}

/* Takes the header off; answers why not, or FS_DROP_REASON_COUNT. The packet is whole when it is refused. */
static enum fs_drop_reason strip(struct decap *d, struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    const uint8_t *head = (const uint8_t *)fs_take(&c, FS_GRE_SIZE);
    if (head == NULL) {
        return FS_DROP_BAD_LENGTH;
    }
    uint16_t flags = fs_get16(head);
    if ((flags & (FS_GRE_VERSION | FS_GRE_ROUTING)) != 0) {
        return FS_DROP_BAD_VERSION;
    }
    const uint8_t *checksum = (flags & FS_GRE_CHECKSUM) != 0 ? (const uint8_t *)fs_take(&c, 4) : head;
    const uint8_t *key = (flags & FS_GRE_KEY) != 0 ? (const uint8_t *)fs_take(&c, 4) : head;
    const uint8_t *sequence = (flags & FS_GRE_SEQUENCE) != 0 ? (const uint8_t *)fs_take(&c, 4) : head;
    if (checksum == NULL || key == NULL || sequence == NULL) {
        return FS_DROP_BAD_LENGTH;
    }
    if (checksum != head && fs_checksum(p->data, p->length) != 0) {
        return FS_DROP_BAD_CHECKSUM;
    }
    if (fs_get16(head + 2) != d->type) {
        return FS_DROP_BAD_PROTOCOL;
    }
    if (d->key >= 0 ? key == head || fs_get32(key) != d->key : key != head) {
        return FS_DROP_NO_MATCH;
    }
    if (d->ordered && (sequence == head || !next(d, fs_get32(sequence)))) {
        return FS_DROP_STATE;
    }
    fs_packet_strip(p, (size_t)(c.at - p->data));
    return FS_DROP_REASON_COUNT;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        enum fs_drop_reason reason = strip((struct decap *)e, p);
        if (reason == FS_DROP_REASON_COUNT) {
            batch->packets[kept++] = p;
        } else {
            fs_reject(e, 1, p, reason);
        }
    }
    batch->count = kept;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct decap *d = (struct decap *)e;
    (void)error;
    d->type = (uint16_t)fs_args_integer(e->args, ETHERTYPE, 0x0800);
    d->key = fs_args_integer(e->args, KEY, -1);
    d->ordered = fs_args_boolean(e->args, SEQUENCE, false);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct decap *)e)->begun = ((struct decap *)old)->begun;
    ((struct decap *)e)->sequence = ((struct decap *)old)->sequence;
}

static const struct fs_arg args[] = {
    [ETHERTYPE] = {"ETHERTYPE", "ether-type", FS_OPTIONAL, 0, 0xffff, "ip", "What must be carried."},
    [KEY] = {"KEY", "integer", FS_KEYWORD, -1, UINT32_MAX, "-1", "The key that there must be; below 0: none."},
    [SEQUENCE] = {"SEQUENCE", "boolean", FS_KEYWORD, 0, 0, "false",
                  "Whether packets must be numbered, and only those pass that are later than all before."},
};

FS_ELEMENT(GREDecap) = {
    .name = "GREDecap",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .effects = "reads payload; writes length; drops keeps-state",
    .summary = "takes GRE headers off packets",
    .doc = "Packets begin with the GRE header (RFC 2784, 2890). Others than expected leave unchanged by output 1; where\n"
           "it is not connected they are dropped as `bad-length`, `bad-version`, `bad-checksum`, `bad-protocol` (what\n"
           "is carried), `no-match` (the key) or `state` (the sequence number). Checksums are verified where they are.\n\n"
           "    ... -> CheckIPHeader -> StripIPHeader -> GREDecap(ip, KEY 7) -> CheckIPHeader -> ...\n",
    .size = sizeof(struct decap),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
