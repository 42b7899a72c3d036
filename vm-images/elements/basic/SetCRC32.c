/* SetCRC32: appends a CRC. */
#include <flowstream/element.h>

#include "net/crc32.h"

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_writable(e, batch->packets[i]);
        if (p == NULL) {
            continue;
        }
        uint32_t crc = fs_crc32(p->data, p->length);
        if (!fs_packet_append(p, FS_CRC32_SIZE)) {
            fs_drop(e, p, FS_DROP_NO_ROOM);
            continue;
        }
        __builtin_memcpy(p->data + p->length - FS_CRC32_SIZE, &crc, FS_CRC32_SIZE);
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

FS_ELEMENT(SetCRC32) = {
    .name = "SetCRC32",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .effects = "reads any; writes length; drops",
    .summary = "appends a CRC-32",
    .doc = "Four bytes, which CheckCRC32 checks and takes off; lowest byte first. Packets without room for them are\n"
           "dropped as `no-room`.\n",
    .size = sizeof(struct fs_element),
    .act = act,
};
