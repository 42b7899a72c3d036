#include "net/look.h"

#include "net/flow_index.h"
#include "net/keyed.h"
#include "net/values.h"

static void look_behind(struct fs_look *l, const uint8_t *upper, const uint8_t *end)
{
    struct fs_cursor c = {upper, end};
    l->upper = l->at = upper;
    l->end = end;
    if (l->later_fragment) {
        return;
    }
    l->ports = fs_left(&c) >= 4
            && (l->protocol == FS_PROTOCOL_TCP || l->protocol == FS_PROTOCOL_UDP || l->protocol == FS_PROTOCOL_UDPLITE
                || l->protocol == FS_PROTOCOL_SCTP);
    if (l->protocol == FS_PROTOCOL_TCP && fs_take_tcp(&c) != NULL) {
        l->tcp = true;
        l->at = c.at;
    } else if (l->protocol == FS_PROTOCOL_UDP && fs_left(&c) >= FS_UDP_SIZE) {
        size_t length = fs_get16(((const struct fs_udp *)upper)->length);
        l->udp = true;
        l->at = upper + FS_UDP_SIZE;
        /* a first fragment has less than the length says, and a lie is no reason not to look */
        l->end = length >= FS_UDP_SIZE && length < (size_t)(end - upper) ? upper + length : end;
    }
}

void fs_look_at(struct fs_look *l, const struct fs_packet *p)
{
    struct fs_cursor c = fs_ip_cursor(p);
    size_t left = fs_left(&c);
    *l = (struct fs_look){.ip = NULL};
    if (left >= FS_IP_SIZE && fs_ip_version(c.at) == 4) {
        const struct fs_ip *h = (const struct fs_ip *)c.at;
        size_t header = fs_ip_header_length(h), length = fs_get16(h->length);
        length = length < left ? length : left;
        if (header < FS_IP_SIZE || header > length) {
            return;
        }
        l->version = 4;
        l->protocol = h->protocol;
        l->fragment = fs_ip_fragment(h);
        l->later_fragment = fs_ip_later_fragment(h);
        l->ip = c.at;
        look_behind(l, c.at + header, c.at + length);
    } else if (left >= FS_IP6_SIZE && fs_ip_version(c.at) == 6) {
        const struct fs_ip6 *h = (const struct fs_ip6 *)c.at;
        size_t length = FS_IP6_SIZE + fs_get16(h->payload_length);
        const uint8_t *end = c.at + (length < left ? length : left);
        struct fs_ip6_upper upper;
        fs_ip6_walk(c.at, end, &upper);
        l->version = 6;
        l->protocol = upper.protocol == FS_PROTOCOL_NONE ? FS_IP6_NO_NEXT : (uint8_t)upper.protocol;
        l->fragment = upper.fragment;
        l->later_fragment = upper.later_fragment;
        l->ip = c.at;
        look_behind(l, c.at + upper.offset, end);
    }
}

static uint64_t word(const uint8_t *at)
{
    uint64_t v;
    __builtin_memcpy(&v, at, 8);
    return v;
}

unsigned fs_look_ends(const struct fs_look *l, const struct fs_flow_seed *seed, uint64_t ends[2])
{
    uint64_t source, destination;
    uint32_t ports = l->ports ? fs_get32(l->upper) : 0;
    if (l->version == 4) {
        const struct fs_ip *h = (const struct fs_ip *)l->ip;
        source = (uint64_t)fs_get32(h->source) << 16 | ports >> 16;
        destination = (uint64_t)fs_get32(h->destination) << 16 | (ports & 0xffff);
    } else {
        const struct fs_ip6 *h = (const struct fs_ip6 *)l->ip;
        source = fs_flow_mix(fs_flow_hash(seed, word(h->source), word(h->source + 8)) ^ ports >> 16, seed->words[0] | 1);
        destination = fs_flow_mix(fs_flow_hash(seed, word(h->destination), word(h->destination + 8)) ^ (ports & 0xffff),
                                  seed->words[0] | 1);
    }
    bool higher = source > destination;
    ends[higher] = source;
    ends[!higher] = destination;
    return higher;
}

static FS_ONCE void text_end(struct fs_text *t, const struct fs_look *l, bool destination)
{
    if (l->version == 4) {
        const struct fs_ip *h = (const struct fs_ip *)l->ip;
        fs_text_ip(t, destination ? h->destination : h->source);
    } else {
        const struct fs_ip6 *h = (const struct fs_ip6 *)l->ip;
        fs_text_char(t, '[');
        fs_text_ip6(t, destination ? h->destination : h->source);
        fs_text_char(t, ']');
    }
    if (l->ports) {
        fs_text_format(t, ":%u", (unsigned)fs_get16(l->upper + (destination ? 2 : 0)));
    }
}

FS_ONCE void fs_text_look(struct fs_text *t, const struct fs_look *l)
{
    if (l->protocol == FS_PROTOCOL_TCP || l->protocol == FS_PROTOCOL_UDP) {
        fs_text_string(t, l->protocol == FS_PROTOCOL_TCP ? "tcp " : "udp ");
    } else {
        fs_text_format(t, "ip-proto-%u ", (unsigned)l->protocol);
    }
    text_end(t, l, false);
    fs_text_string(t, " > ");
    text_end(t, l, true);
}
