/* CheckCRC32: checks and takes off a CRC. */
#include <flowstream/element.h>

#include "net/crc32.h"

struct check {
    struct fs_element base;
    uint64_t drops;
};

static enum fs_drop_reason fault(const struct fs_packet *p)
{
    uint32_t crc;
    if (p->length < FS_CRC32_SIZE) {
        return FS_DROP_BAD_LENGTH;
    }
    __builtin_memcpy(&crc, fs_packet_end(p) - FS_CRC32_SIZE, FS_CRC32_SIZE);
    return crc == fs_crc32(p->data, p->length - FS_CRC32_SIZE) ? FS_DROP_REASON_COUNT : FS_DROP_BAD_CHECKSUM;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        enum fs_drop_reason reason = fault(p);
        if (reason != FS_DROP_REASON_COUNT) {
            ((struct check *)e)->drops++;
            fs_reject(e, 1, p, reason);
            continue;
        }
        fs_packet_trim(p, FS_CRC32_SIZE);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct check *)e)->drops = ((struct check *)old)->drops;
}

static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct check *)e)->drops);
}
static const struct fs_handler handlers[] = {
    {"drops", read_drops, NULL, 0, NULL, "Packets whose CRC is wrong."},
};

FS_ELEMENT(CheckCRC32) = {
    .name = "CheckCRC32",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads any; writes length; drops",
    .summary = "checks and takes off a CRC-32",
    .doc = "Packets that do not end with what SetCRC32 appends leave by output 1; where it is not connected they are\n"
           "dropped as `bad-checksum` or `bad-length`.\n",
    .size = sizeof(struct check),
    .take_state = take_state,
    .act = act,
};
