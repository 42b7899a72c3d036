#include "net/address6.h"

#include "net/values.h"

bool fs_parse_prefix6(const char *text, size_t length, struct fs_address6 *address, unsigned *bits)
{
    uint8_t bytes[16];
    size_t slash = 0;
    int64_t number;
    while (slash < length && text[slash] != '/') {
        slash++;
    }
    if (!fs_parse_ip6(text, slash, bytes)) {
        return false;
    }
    *address = fs_get_address6(bytes);
    *bits = 128;
    if (slash == length) {
        return true;
    }
    const char *end = text + slash + 1;
    size_t left = length - slash - 1;
    if (fs_parse_integer(end, left, 0, 128, &number)) {
        *bits = (unsigned)number;
        return true;
    }
    if (!fs_parse_ip6(end, left, bytes)) {
        return false;
    }
    struct fs_address6 mask = fs_get_address6(bytes);
    *bits = (unsigned)(__builtin_popcountll(mask.high) + __builtin_popcountll(mask.low));
    return fs_address6_equal(mask, fs_mask6(*bits)); /* no holes */
}
