#include "net/source.h"

void fs_source_configure(struct fs_source *s, const struct fs_args *args, unsigned data, unsigned length)
{
    struct fs_bytes bytes = fs_args_bytes(args, data);
    s->data = bytes.at != NULL ? bytes.at : (const uint8_t *)fs_source_text;
    s->data_length = bytes.at != NULL ? (uint32_t)bytes.length : (uint32_t)FS_SOURCE_TEXT;
    s->length = fs_args_integer(args, length, -1);
    if (s->data_length == 0) {
        s->length = 0;
    }
}

struct fs_packet *fs_source_packet(struct fs_element *e, const struct fs_source *s)
{
    uint32_t length = fs_source_length(s);
    struct fs_packet *p = fs_packet_new(fs_pool(e), FS_HEADROOM, length);
    for (uint32_t at = 0; p != NULL && at < length; at += s->data_length) {
        uint32_t n = length - at < s->data_length ? length - at : s->data_length;
        __builtin_memcpy(p->data + at, s->data, n);
    }
    if (p != NULL) {
        p->timestamp = fs_now(e);
    }
    return p;
}
