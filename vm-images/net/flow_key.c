#include "net/flow_key.h"

#include "net/ether.h"
#include "net/ip6.h"
#include "net/transport.h"

static void look_behind(struct fs_flow_key *k, struct fs_flow_facts *facts, const uint8_t *at, size_t left)
{
    bool tcp = k->protocol == FS_PROTOCOL_TCP;
    bool has_ports = tcp || k->protocol == FS_PROTOCOL_UDP || k->protocol == FS_PROTOCOL_SCTP
                  || k->protocol == FS_PROTOCOL_UDPLITE;
    if (has_ports && left >= 4) {
        __builtin_memcpy(k->source_port, at, 2);
        __builtin_memcpy(k->destination_port, at + 2, 2);
        facts->tcp_flags = tcp && left >= 14 ? ((const struct fs_tcp *)at)->flags : 0;
    } else if (k->protocol == (k->version == 4 ? FS_PROTOCOL_ICMP : FS_PROTOCOL_ICMP6) && left >= 2) {
        facts->icmp = fs_get16(at);
    }
}

static void look4(struct fs_flow_key *k, struct fs_flow_facts *facts, const uint8_t *at, size_t left)
{
    const struct fs_ip *h = (const struct fs_ip *)at;
    unsigned header = fs_ip_header_length(h), total = fs_get16(h->length);
    k->version = 4;
    k->protocol = h->protocol;
    __builtin_memcpy(k->source, h->source, 4);
    __builtin_memcpy(k->destination, h->destination, 4);
    facts->tos = h->tos;
    facts->bytes = total >= header && total < left ? total : (uint32_t)left;
    if (!fs_ip_later_fragment(h) && header >= FS_IP_SIZE && left > header) {
        look_behind(k, facts, at + header, left - header);
    }
}

static void look6(struct fs_flow_key *k, struct fs_flow_facts *facts, const uint8_t *at, size_t left)
{
    const struct fs_ip6 *h = (const struct fs_ip6 *)at;
    struct fs_ip6_upper upper;
    uint32_t total = FS_IP6_SIZE + (uint32_t)fs_get16(h->payload_length);
    fs_ip6_walk(at, at + left, &upper);
    k->version = 6;
    k->protocol = upper.protocol == FS_PROTOCOL_NONE ? h->next_header : (uint8_t)upper.protocol;
    __builtin_memcpy(k->source, h->source, 16);
    __builtin_memcpy(k->destination, h->destination, 16);
    facts->tos = (uint8_t)(fs_get16(h->version_class_label) >> 4);
    facts->bytes = total < left ? total : (uint32_t)left;
    if (upper.protocol != FS_PROTOCOL_NONE && !upper.later_fragment) {
        look_behind(k, facts, at + upper.offset, left - upper.offset);
    }
}

void fs_flow_key_of(const struct fs_packet *p, struct fs_flow_key *k, struct fs_flow_facts *facts)
{
    *k = (struct fs_flow_key){.version = 0};
    *facts = (struct fs_flow_facts){.bytes = 0};
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    if (p->network_offset != FS_OFFSET_NONE) {
        c.at = fs_network_header(p);
        c.at = c.at < c.end ? c.at : c.end;
    } else if (fs_take_ether(&c) < FS_ETHER_TYPE_MIN) {
        return;
    }
    if (fs_left(&c) >= FS_IP_SIZE && fs_ip_version(c.at) == 4) {
        look4(k, facts, c.at, fs_left(&c));
    } else if (fs_left(&c) >= FS_IP6_SIZE && fs_ip_version(c.at) == 6) {
        look6(k, facts, c.at, fs_left(&c));
    }
}
