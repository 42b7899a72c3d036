/* headers.c: the header cursors, each on the whole input as its frame: none may read beyond it, or end beyond it. */
#include <stdlib.h>
#include <string.h>

#include "net/checksum.h"
#include "net/ether.h"
#include "net/ip.h"
#include "net/ip6.h"
#include "net/transport.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void take_transport(struct fs_cursor c)
{
    struct fs_cursor udp = c, tcp = c;
    if (fs_take_udp(&udp) != NULL) {
        require(udp.at <= udp.end && udp.end <= c.end);
    }
    if (fs_take_tcp(&tcp) != NULL) {
        require(tcp.at <= tcp.end && tcp.end == c.end);
    }
}

static void take_network(struct fs_cursor c)
{
    struct fs_cursor ip = c, arp = c;
    const struct fs_ip *h = fs_take_ip(&ip);
    if (h != NULL) {
        require(ip.at <= ip.end && ip.end <= c.end);
        (void)fs_checksum_ip((const uint8_t *)h, fs_ip_header_length(h) / 4);
        take_transport(ip);
    }
    require(fs_take_arp(&arp) == NULL || arp.at <= arp.end);
    if (fs_left(&c) >= FS_IP6_SIZE) {
        struct fs_ip6_upper upper;
        fs_ip6_walk(c.at, c.end, &upper);
        require(upper.offset >= FS_IP6_SIZE && upper.offset <= fs_left(&c));
        require(upper.protocol <= FS_PROTOCOL_NONE);
        require(!upper.later_fragment || upper.fragment);
        take_transport((struct fs_cursor){c.at + upper.offset, c.end});
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65000) {
        return 0;
    }
    struct fs_cursor c = {data, data + size};
    take_network(c);
    take_transport(c);
    int type = fs_take_ether(&c);
    require(c.at <= c.end && type <= 0xffff);
    if (type >= 0) {
        take_network(c);
    }
    /* Two ways to one checksum. */
    size_t half = size / 2 & ~(size_t)1;
    uint64_t sum = fs_sum_bytes(fs_sum_bytes(0, data, half), data + half, size - half);
    require(fs_sum_fold(sum) == fs_checksum(data, size));
    return 0;
}
