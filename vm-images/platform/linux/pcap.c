#include "pcap.h"

#include <string.h>

enum { HEADER = 24, RECORD = 16, ETHERNET = 1, SNAP = 65535 };
static const uint32_t classic = 0xa1b2c3d4, precise = 0xa1b23c4d;

static uint32_t field(const struct fs_pcap *f, size_t at)
{
    uint32_t v;
    memcpy(&v, f->bytes + at, sizeof(v));
    return f->swapped ? __builtin_bswap32(v) : v;
}

bool fs_pcap_peek(const struct fs_pcap *f, struct fs_pcap_frame *frame)
{
    if (f->length - f->at < RECORD) {
        return false;
    }
    uint32_t fraction = field(f, f->at + 4), length = field(f, f->at + 8);
    if (length > f->length - f->at - RECORD) {
        return false;
    }
    *frame = (struct fs_pcap_frame){
        .timestamp = (uint64_t)field(f, f->at) * 1000000000u + (uint64_t)fraction * (f->nanoseconds ? 1 : 1000),
        .bytes = f->bytes + f->at + RECORD,
        .length = length,
    };
    return true;
}

void fs_pcap_next(struct fs_pcap *f)
{
    struct fs_pcap_frame frame;
    if (fs_pcap_peek(f, &frame)) {
        f->at += RECORD + (size_t)frame.length;
    }
}

int fs_pcap_check(struct fs_pcap *f, char *why, size_t why_size)
{
    f->at = 0;
    f->swapped = false;
    uint32_t magic = f->length >= HEADER ? field(f, 0) : 0;
    f->swapped = magic == __builtin_bswap32(classic) || magic == __builtin_bswap32(precise);
    magic = f->swapped ? __builtin_bswap32(magic) : magic;
    f->nanoseconds = magic == precise;
    if (magic != classic && magic != precise) {
        snprintf(why, why_size, "not a pcap file");
        return -1;
    }
    uint32_t link = field(f, 20) & 0x0fffffff;
    if (link != ETHERNET) {
        snprintf(why, why_size, "link type %u, expected 1 (Ethernet)", link);
        return -1;
    }
    struct fs_pcap_frame frame;
    unsigned count = 0;
    for (f->at = HEADER; fs_pcap_peek(f, &frame); fs_pcap_next(f)) {
        count++;
    }
    if (f->at != f->length) {
        snprintf(why, why_size, "cut off within frame %u (byte %zu)", count + 1, f->at);
        return -1;
    }
    f->at = HEADER;
    return 0;
}

bool fs_pcap_write_header(FILE *out)
{
    const uint32_t header[6] = {precise, 4u << 16 | 2, 0, 0, SNAP, ETHERNET};
    return fwrite(header, sizeof(header), 1, out) == 1;
}

bool fs_pcap_write_frame(FILE *out, uint64_t timestamp, const uint8_t *bytes, uint32_t length)
{
    const uint32_t seconds = (uint32_t)(timestamp / 1000000000u), rest = (uint32_t)(timestamp % 1000000000u);
    const uint32_t record[4] = {seconds, rest, length, length};
    return fwrite(record, sizeof(record), 1, out) == 1 && (length == 0 || fwrite(bytes, length, 1, out) == 1);
}
