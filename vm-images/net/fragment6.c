#include "net/fragment6.h"

enum { FRAGMENTS_MAX = 1024 };

/* Where a packet is cut: what is in front goes with every fragment. */
struct cut {
    uint32_t fixed;   /* bytes in front, the header included */
    uint8_t *next;    /* the field that names what follows them */
    uint32_t data;    /* where the data begin: behind a fragment header that is there already */
    uint8_t header[FS_FRAGMENT6_SIZE];
};

/* The headers that routers on the way look at: hop-by-hop options, and what comes up to a routing header. False when
 * they do not end within the packet. */
static bool find_cut(uint32_t *id, uint8_t *ip6, const uint8_t *end, struct cut *cut)
{
    struct fs_cursor c = {ip6 + FS_IP6_SIZE, end};
    uint8_t *next = &((struct fs_ip6 *)ip6)->next_header;
    cut->fixed = FS_IP6_SIZE;
    cut->next = next;
    while (*next == FS_IP6_HOP_BY_HOP || *next == FS_IP6_ROUTING || *next == FS_IP6_DESTINATION) {
        bool destination = *next == FS_IP6_DESTINATION;
        uint8_t *header = ip6 + (c.at - ip6);
        if (fs_take(&c, fs_left(&c) < 8 ? 8 : 8u + 8u * c.at[1]) == NULL) {
            return false;
        }
        next = header;
        if (!destination) {
            cut->fixed = (uint32_t)(c.at - ip6);
            cut->next = next;
        }
    }
    cut->data = cut->fixed;
    const uint8_t *at = ip6 + cut->fixed;
    if (*cut->next == FS_IP6_FRAGMENT) { /* a fragment is cut once more */
        if (end - at < FS_FRAGMENT6_SIZE) {
            return false;
        }
        __builtin_memcpy(cut->header, at, FS_FRAGMENT6_SIZE);
        cut->data += FS_FRAGMENT6_SIZE;
        return true;
    }
    __builtin_memset(cut->header, 0, FS_FRAGMENT6_SIZE);
    cut->header[0] = *cut->next;
    fs_put32(cut->header + 4, (*id)++);
    return true;
}

static void push_all(struct fs_element *e, struct fs_packet **made, unsigned count)
{
    for (unsigned i = 0; i < count; i += (unsigned)FS_BATCH_MAX) {
        struct fs_batch some;
        some.count = 0;
        while (some.count < (uint32_t)FS_BATCH_MAX && i + some.count < count) {
            fs_batch_add(&some, made[i + some.count]);
        }
        fs_output_push(e, 0, &some);
    }
}

int fs_fragment6(struct fs_element *e, struct fs_packet *p, uint32_t mtu, uint32_t *id, uint64_t *made)
{
    struct fs_packet *parts[FRAGMENTS_MAX];
    struct cut cut;
    unsigned count = 0;
    uint8_t *ip6 = fs_network_header(p);
    const uint32_t total = FS_IP6_SIZE + (uint32_t)fs_get16(((struct fs_ip6 *)ip6)->payload_length);
    const uint32_t front = (uint32_t)(ip6 - p->data);
    if (!find_cut(id, ip6, ip6 + total, &cut)) {
        fs_drop(e, p, FS_DROP_MALFORMED);
        return 0;
    }
    if (mtu < cut.fixed + FS_FRAGMENT6_SIZE + 8) {
        return -1;
    }
    *cut.next = FS_IP6_FRAGMENT;
    const uint32_t most = (mtu - cut.fixed - FS_FRAGMENT6_SIZE) & ~7u;
    const uint16_t field = fs_get16(cut.header + 2); /* offset, in units of 8 bytes << 3, and M */
    if ((field & 0xfff8u) + total - cut.data > 0xffff) { /* of no packet that there can be */
        fs_drop(e, p, FS_DROP_MALFORMED);
        return 0;
    }
    for (uint32_t at = cut.data; at < total; at += most) {
        uint32_t n = total - at < most ? total - at : most, head = front + cut.fixed + FS_FRAGMENT6_SIZE;
        struct fs_packet *q =
            count < (unsigned)FRAGMENTS_MAX ? fs_packet_new(fs_pool(e), FS_HEADROOM, head + n) : NULL;
        if (q == NULL) { /* some fragments are of no use */
            while (count > 0) {
                fs_packet_free(parts[--count]);
            }
            fs_drop(e, p, FS_DROP_NO_BUFFER);
            return 0;
        }
        __builtin_memcpy(q->annotations, p->annotations, sizeof q->annotations);
        q->timestamp = p->timestamp;
        q->device = p->device;
        q->packet_type = p->packet_type;
        __builtin_memcpy(q->data, p->data, front + cut.fixed);
        fs_put16(cut.header + 2, (uint16_t)((field & 0xfff8u) + (at - cut.data) + (at + n < total ? 1 : field & 1u)));
        __builtin_memcpy(q->data + head - FS_FRAGMENT6_SIZE, cut.header, FS_FRAGMENT6_SIZE);
        __builtin_memcpy(q->data + head, ip6 + at, n);
        fs_put16(((struct fs_ip6 *)(q->data + front))->payload_length,
                 (uint16_t)(cut.fixed + FS_FRAGMENT6_SIZE + n - FS_IP6_SIZE));
        fs_set_mac_header(q, q->data);
        fs_mark_ip6(q, q->data + front);
        parts[count++] = q;
    }
    *made += count;
    fs_packet_free(p); /* its bytes have all gone on */
    push_all(e, parts, count);
    return 0;
}
