#include "net/icmp_translate.h"

#include "net/ip.h"
#include "net/ip6.h"

enum { NONE = 0xff, PROTOCOL = 2, NEED_FRAGMENT = 4, HEADERS = 20 /* an IPv6 header is so much longer */ };

static void put(uint8_t to[8], uint8_t type, uint8_t code, uint32_t rest)
{
    to[0] = type;
    to[1] = code;
    fs_put32(to + 4, rest);
}

/* RFC 1191 section 7: what a router means that does not say the next link's MTU. */
static uint32_t plateau(uint16_t length)
{
    static const uint16_t below[] = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};
    for (unsigned i = 0; i < sizeof below / sizeof below[0]; i++) {
        if (below[i] < length) {
            return below[i];
        }
    }
    return 68;
}

static bool unreachable_4_to_6(const uint8_t from[8], uint16_t quoted, uint8_t to[8])
{
    /* codes 0 to 15; the places of the two that become another type are not looked at */
    static const uint8_t codes[16] = {0, 0, 0, 4, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, NONE, 1};
    uint8_t code = from[1];
    if (code > 15 || codes[code] == NONE) {
        return false;
    }
    if (code == PROTOCOL) {
        put(to, FS_ICMP6_PARAMETER_PROBLEM, 1, 6); /* at the next header field */
    } else if (code == NEED_FRAGMENT) {
        uint32_t mtu = fs_get16(from + 6);
        mtu = (mtu != 0 ? mtu : plateau(quoted)) + HEADERS;
        put(to, FS_ICMP6_PACKET_TOO_BIG, 0, mtu < FS_IP6_MTU_MIN ? FS_IP6_MTU_MIN : mtu);
    } else {
        put(to, FS_ICMP6_UNREACHABLE, codes[code], 0);
    }
    return true;
}

bool fs_icmp_4_to_6(const uint8_t from[8], uint16_t quoted, uint8_t to[8])
{
    /* of IPv4's first 20 bytes (figure 3) */
    static const uint8_t pointers[20] = {0, 1, 4, 4, NONE, NONE, NONE, NONE, 7, 6, NONE, NONE,
                                         8, 8, 8, 8, 24, 24, 24, 24};
    switch (from[0]) {
    case FS_ICMP_ECHO:
    case FS_ICMP_ECHO_REPLY:
        put(to, from[0] == FS_ICMP_ECHO ? FS_ICMP6_ECHO : FS_ICMP6_ECHO_REPLY, from[1], fs_get32(from + 4));
        return true;
    case FS_ICMP_UNREACHABLE:
        return unreachable_4_to_6(from, quoted, to);
    case FS_ICMP_TIME_EXCEEDED:
        put(to, FS_ICMP6_TIME_EXCEEDED, from[1], 0);
        return true;
    case FS_ICMP_PARAMETER_PROBLEM:
        if ((from[1] != 0 && from[1] != 2) || from[4] >= sizeof pointers || pointers[from[4]] == NONE) {
            return false;
        }
        put(to, FS_ICMP6_PARAMETER_PROBLEM, 0, pointers[from[4]]);
        return true;
    default:
        return false;
    }
}

bool fs_icmp_6_to_4(const uint8_t from[8], uint8_t to[8])
{
    static const uint8_t codes[5] = {1, 10, 1, 1, 3};
    uint32_t rest = fs_get32(from + 4);
    switch (from[0]) {
    case FS_ICMP6_ECHO:
    case FS_ICMP6_ECHO_REPLY:
        put(to, from[0] == FS_ICMP6_ECHO ? FS_ICMP_ECHO : FS_ICMP_ECHO_REPLY, from[1], rest);
        return true;
    case FS_ICMP6_UNREACHABLE:
        if (from[1] >= sizeof codes) {
            return false;
        }
        put(to, FS_ICMP_UNREACHABLE, codes[from[1]], 0);
        return true;
    case FS_ICMP6_PACKET_TOO_BIG:
        rest = rest < 68 + HEADERS ? 68 : rest - HEADERS;
        put(to, FS_ICMP_UNREACHABLE, NEED_FRAGMENT, rest > 0xffff ? 0xffff : rest);
        return true;
    case FS_ICMP6_TIME_EXCEEDED:
        put(to, FS_ICMP_TIME_EXCEEDED, from[1], 0);
        return true;
    case FS_ICMP6_PARAMETER_PROBLEM:
        if (from[1] == 1) { /* an unknown next header */
            put(to, FS_ICMP_UNREACHABLE, PROTOCOL, 0);
            return true;
        }
        if (from[1] != 0 || rest >= FS_IP6_SIZE || rest == 2 || rest == 3) { /* figure 6 */
            return false;
        }
        put(to, FS_ICMP_PARAMETER_PROBLEM, 0,
            (rest < 2 ? rest : rest < 6 ? 2 : rest == 6 ? 9 : rest == 7 ? 8 : rest < 24 ? 12 : 16) << 24);
        return true;
    default:
        return false;
    }
}
