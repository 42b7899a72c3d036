#include "net/nd.h"

#include "net/checksum.h"

static const uint8_t nobody[16];

void fs_nd_solicited_node(uint8_t group[16], const uint8_t address[16])
{
    static const uint8_t prefix[13] = {0xff, 2, [11] = 1, [12] = 0xff};
    __builtin_memcpy(group, prefix, 13);
    __builtin_memcpy(group + 13, address + 13, 3);
}

void fs_nd_group_mac(uint8_t mac[6], const uint8_t group[16])
{
    mac[0] = mac[1] = 0x33;
    __builtin_memcpy(mac + 2, group + 12, 4);
}

/* Every option has a length, and the message ends where the last one does. */
static bool read_options(struct fs_cursor *c, uint8_t type, struct fs_nd_message *m)
{
    while (fs_left(c) != 0) {
        size_t size = fs_left(c) < 2 ? 0 : 8u * c->at[1];
        const uint8_t *option = (const uint8_t *)fs_take(c, size);
        if (size == 0 || option == NULL) {
            return false;
        }
        if (option[0] == type && size == FS_ND_OPTION_SIZE) {
            m->link = option + 2;
        }
    }
    return true;
}

bool fs_nd_read(const struct fs_packet *p, uint8_t type, struct fs_nd_message *m)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    m->ether = (const struct fs_ether *)fs_take(&c, FS_ETHER_SIZE);
    m->ip6 = m->ether == NULL ? NULL : (const struct fs_ip6 *)fs_take(&c, FS_IP6_SIZE);
    m->link = NULL;
    if (m->ip6 == NULL || fs_get16(m->ether->type) != FS_ETHER_IP6 || fs_ip_version(m->ip6) != 6
        || m->ip6->next_header != FS_PROTOCOL_ICMP6 || m->ip6->hop_limit != 255) {
        return false;
    }
    size_t length = fs_get16(m->ip6->payload_length);
    if (length > fs_left(&c) || length < FS_ND_SIZE) {
        return false;
    }
    c.end = c.at + length;
    uint64_t sum = fs_sum_pseudo6(0, m->ip6->source, m->ip6->destination, FS_PROTOCOL_ICMP6, (uint32_t)length);
    if (fs_sum_fold(fs_sum_bytes(sum, c.at, length)) != 0) {
        return false;
    }
    m->nd = (const struct fs_nd *)fs_take(&c, FS_ND_SIZE);
    bool solicitation = type == FS_ICMP6_NEIGHBOUR_SOLICITATION;
    if (m->nd->type != type || m->nd->code != 0 || m->nd->target[0] == 0xff
        || !read_options(&c, solicitation ? FS_ND_SOURCE_LINK : FS_ND_TARGET_LINK, m)) {
        return false;
    }
    if (!solicitation) {
        return m->ip6->destination[0] != 0xff || (m->nd->flags & FS_ND_SOLICITED) == 0;
    }
    if (__builtin_memcmp(m->ip6->source, nobody, 16) == 0) { /* a node that looks whether its address is taken */
        uint8_t group[16];
        fs_nd_solicited_node(group, m->nd->target);
        return m->link == NULL && __builtin_memcmp(m->ip6->destination, group, 16) == 0;
    }
    return true;
}

void fs_nd_write(uint8_t *frame, uint8_t type, uint8_t flags, const uint8_t target[16], const uint8_t mac[6],
                 const uint8_t source[16], const uint8_t to_mac[6], const uint8_t to[16])
{
    enum { LENGTH = FS_ND_SIZE + FS_ND_OPTION_SIZE };
    struct fs_ether *ether = (struct fs_ether *)frame;
    struct fs_ip6 *ip6 = (struct fs_ip6 *)(frame + FS_ETHER_SIZE);
    struct fs_nd *nd = (struct fs_nd *)(ip6 + 1);
    uint8_t *option = (uint8_t *)(nd + 1);
    *ip6 = (struct fs_ip6){
        .version_class_label = {0x60}, .payload_length = {0, LENGTH}, .next_header = FS_PROTOCOL_ICMP6, .hop_limit = 255};
    *nd = (struct fs_nd){.type = type, .flags = flags};
    __builtin_memcpy(ether->destination, to_mac, 6);
    __builtin_memcpy(ether->source, mac, 6);
    fs_put16(ether->type, FS_ETHER_IP6);
    __builtin_memcpy(ip6->source, source, 16);
    __builtin_memcpy(ip6->destination, to, 16);
    __builtin_memcpy(nd->target, target, 16);
    option[0] = type == FS_ICMP6_NEIGHBOUR_SOLICITATION ? FS_ND_SOURCE_LINK : FS_ND_TARGET_LINK;
    option[1] = 1;
    __builtin_memcpy(option + 2, mac, 6);
    uint64_t sum = fs_sum_pseudo6(0, source, to, FS_PROTOCOL_ICMP6, LENGTH);
    fs_put16(nd->checksum, fs_sum_fold(fs_sum_bytes(sum, nd, LENGTH)));
}
