#include "net/ip_options.h"

enum { TIMES_ALONE = 0, TIMES_WITH_ADDRESSES = 1, TIMES_OF_THESE = 3 }; /* RFC 791: flags of the timestamp option */

static bool own(const struct fs_router_addresses *r, const uint8_t address[4])
{
    if (__builtin_memcmp(address, r->address, 4) == 0) {
        return true;
    }
    for (size_t i = 0; i < r->others.length; i += 4) {
        if (__builtin_memcmp(address, r->others.at + i, 4) == 0) {
            return true;
        }
    }
    return false;
}

/* Each answers -1, or which byte of the option is wrong. Pointers count from 1 (RFC 791). */
static int record_route(const struct fs_router_addresses *r, uint8_t *option, unsigned length)
{
    if (length < 3) {
        return 1;
    }
    unsigned place = option[2] - 1u;
    if (place > 255) { /* a pointer of 0 */
        return 2;
    }
    if (place >= 3 && place + 4 <= length) {
        __builtin_memcpy(option + place, r->address, 4);
        option[2] = (uint8_t)(option[2] + 4);
    } else if (place != length) { /* else it is full */
        return 2;
    }
    return -1;
}

static int timestamp(struct fs_element *e, const struct fs_router_addresses *r, uint8_t *option, unsigned length)
{
    if (length < 4) {
        return 1;
    }
    unsigned place = option[2] - 1u, overflow = option[3] >> 4, flag = option[3] & 15;
    unsigned size = flag == TIMES_ALONE ? 4 : 8;
    if (place < 4 || place > 255) {
        return 2;
    }
    if (flag != TIMES_ALONE && flag != TIMES_WITH_ADDRESSES && (flag != TIMES_OF_THESE || place + size > length)) {
        return 3;
    }
    if (place + size > length) {
        if (overflow == 15) {
            return 3;
        }
        option[3] = (uint8_t)((overflow + 1) << 4 | flag);
        return -1;
    }
    if (flag == TIMES_OF_THESE && !own(r, option + place)) {
        return -1;
    }
    if (flag == TIMES_WITH_ADDRESSES) {
        __builtin_memcpy(option + place, r->address, 4);
    }
    fs_put32(option + place + size - 4, (uint32_t)(fs_now(e) / 1000000 % 86400000)); /* ms since midnight UT */
    option[2] = (uint8_t)(option[2] + size);
    return -1;
}

int fs_ip_options_process(struct fs_element *e, const struct fs_router_addresses *r, uint8_t *header, unsigned end)
{
    struct fs_ip_option o = {FS_IP_SIZE, 0};
    int found;
    while ((found = fs_next_ip_option(header, end, &o)) > 0) {
        uint8_t *option = header + o.at;
        int wrong = option[0] == FS_IPOPT_RECORD_ROUTE ? record_route(r, option, o.length)
            : option[0] == FS_IPOPT_TIMESTAMP          ? timestamp(e, r, option, o.length)
                                                       : -1;
        if (wrong >= 0) {
            return (int)o.at + wrong;
        }
    }
    return found < 0 ? (int)o.at + 1 : -1;
}

bool fs_ip_options_concern_routers(const uint8_t *header, unsigned end)
{
    struct fs_ip_option o = {FS_IP_SIZE, 0};
    int found;
    while ((found = fs_next_ip_option(header, end, &o)) > 0) {
        if (header[o.at] == FS_IPOPT_RECORD_ROUTE || header[o.at] == FS_IPOPT_TIMESTAMP) {
            return true;
        }
    }
    return found < 0;
}
