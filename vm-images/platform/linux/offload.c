#include "offload.h"

#include "net/checksum.h"
#include "net/ether.h"
#include "net/ip6.h"
#include "net/transport.h"

/* A TCP segment or UDP datagram that a frame holds as a whole. */
struct segment {
    uint8_t *at, *checksum;
    size_t length;
    uint64_t pseudo; /* the sum of its pseudo header */
};

static bool find(struct segment *s, uint8_t *frame, size_t length)
{
    struct fs_cursor c = {frame, frame + length};
    const int type = fs_take_ether(&c);
    const struct fs_ip *ip = type == FS_ETHER_IP ? fs_take_ip(&c) : NULL;
    uint8_t protocol;
    if (ip != NULL) {
        if (fs_ip_fragment(ip)) {
            return false;
        }
        protocol = ip->protocol;
        s->pseudo = fs_sum_pseudo4(0, ip->source, ip->destination, protocol, (uint16_t)fs_left(&c));
    } else if (type == FS_ETHER_IP6 && fs_left(&c) >= FS_IP6_SIZE) {
        const struct fs_ip6 *ip6 = (const struct fs_ip6 *)fs_take(&c, FS_IP6_SIZE);
        const size_t payload = fs_get16(ip6->payload_length);
        if (payload > fs_left(&c)) {
            return false;
        }
        c.end = c.at + payload;
        protocol = ip6->next_header;
        s->pseudo = fs_sum_pseudo6(0, ip6->source, ip6->destination, protocol, (uint32_t)payload);
    } else {
        return false;
    }
    s->at = frame + (c.at - frame);
    s->length = fs_left(&c);
    if (protocol == FS_PROTOCOL_TCP && s->length >= sizeof(struct fs_tcp)) {
        s->checksum = s->at + offsetof(struct fs_tcp, checksum);
    } else if (protocol == FS_PROTOCOL_UDP && s->length >= sizeof(struct fs_udp)) {
        s->checksum = s->at + offsetof(struct fs_udp, checksum);
    } else {
        return false;
    }
    return true;
}

/* The pseudo header's sum alone, folded, not inverted. */
static bool is_unfinished(const struct segment *s) { return fs_get16(s->checksum) + fs_sum_fold(s->pseudo) == 0xffff; }

static void finish(const struct segment *s)
{
    uint16_t checksum = fs_sum_fold(fs_sum_bytes(0, s->at, s->length)); /* what is there already counts */
    fs_put16(s->checksum, checksum == 0 ? 0xffff : checksum);
}

bool fs_offload_finish(uint8_t *frame, size_t length)
{
    struct segment s;
    if (!find(&s, frame, length) || !is_unfinished(&s)) {
        return false;
    }
    finish(&s);
    return true;
}

void fs_offload_guess(uint8_t *frame, size_t length)
{
    struct segment s;
    if (find(&s, frame, length) && is_unfinished(&s) && fs_sum_fold(fs_sum_bytes(s.pseudo, s.at, s.length)) != 0) {
        finish(&s);
    }
}
