#include "net/turn_back.h"

#include "net/checksum.h"
#include "net/marked.h"

enum { HOPS = 64 };

bool fs_can_turn_back(const struct fs_look *l)
{
    return l->ip != NULL && (l->udp || l->tcp) && !l->fragment
        && l->upper == l->ip + (l->version == 4 ? (size_t)FS_IP_SIZE : (size_t)FS_IP6_SIZE);
}

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
    uint8_t kept[16];
    __builtin_memcpy(kept, a, size);
    __builtin_memcpy(a, b, size);
    __builtin_memcpy(b, kept, size);
}

uint16_t fs_turn_back(uint8_t *ip, unsigned version, uint8_t *upper, size_t size, uint8_t protocol)
{
    uint64_t sum;
    swap(upper, upper + 2, 2);
    if (version == 4) {
        struct fs_ip *h = (struct fs_ip *)ip;
        swap(h->source, h->destination, 4);
        fs_put16(h->length, (uint16_t)(FS_IP_SIZE + size));
        fs_put16(h->id, 0);
        fs_put16(h->fragment, FS_IP_DONT_FRAGMENT);
        h->ttl = HOPS;
        fs_ip_set_checksum(h);
        sum = fs_sum_pseudo4(0, h->source, h->destination, protocol, (uint16_t)size);
    } else {
        struct fs_ip6 *h = (struct fs_ip6 *)ip;
        swap(h->source, h->destination, 16);
        fs_put16(h->payload_length, (uint16_t)size);
        h->hop_limit = HOPS;
        sum = fs_sum_pseudo6(0, h->source, h->destination, protocol, (uint32_t)size);
    }
    return fs_sum_fold(fs_sum_bytes(sum, upper, size));
}
