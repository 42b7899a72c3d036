#include "net/keyed.h"

#include "net/transport.h"

struct fs_cursor fs_ip_cursor(const struct fs_packet *p)
{
    struct fs_cursor c = {p->data, fs_packet_end(p)};
    if (p->network_offset != FS_OFFSET_NONE) {
        const uint8_t *at = p->head + p->network_offset;
        c.at = fs_bytes_from(p, at) != 0 ? at : c.end;
        return c;
    }
    int type = fs_take_ether(&c);
    if (type != FS_ETHER_IP && type != FS_ETHER_IP6) {
        c.at = c.end;
    }
    return c;
}

/* Both ports, where the cursor stands in front of a header that begins with them. */
static uint32_t ports_of(const struct fs_cursor *c, unsigned protocol)
{
    bool has = protocol == FS_PROTOCOL_TCP || protocol == FS_PROTOCOL_UDP || protocol == FS_PROTOCOL_SCTP
               || protocol == FS_PROTOCOL_UDPLITE;
    return has && fs_left(c) >= 4 ? fs_get32(c->at) : 0;
}

static uint64_t word(const uint8_t *at)
{
    uint64_t v;
    __builtin_memcpy(&v, at, 8);
    return v;
}

/* A value of one's own for each kind of key, so that 10.0.0.1 as a source is not 10.0.0.1 as a destination. */
static uint64_t hash4(const struct fs_keyed *k, struct fs_cursor c)
{
    const struct fs_ip *ip = (const struct fs_ip *)c.at;
    uint32_t source, destination, header = fs_ip_header_length(ip);
    __builtin_memcpy(&source, ip->source, 4);
    __builtin_memcpy(&destination, ip->destination, 4);
    source &= k->mask4;
    destination &= k->mask4;
    switch (k->key) {
    case FS_KEY_SOURCE:
        return fs_flow_hash(&k->seed, source, 4);
    case FS_KEY_DESTINATION:
        return fs_flow_hash(&k->seed, destination, 4);
    case FS_KEY_PAIR:
        return fs_flow_hash(&k->seed, (uint64_t)source << 32 | destination, 4);
    default:
        break;
    }
    c.at = header >= FS_IP_SIZE && header <= fs_left(&c) ? c.at + header : c.end;
    uint32_t ports = fs_ip_later_fragment(ip) ? 0 : ports_of(&c, ip->protocol);
    return fs_flow_hash(&k->seed, (uint64_t)source << 32 | destination, (uint64_t)ports << 32 | ip->protocol << 8 | 4u);
}

/* Link-local addresses (RFC 4291 section 2.5.6) count whole: all neighbours have the same first 64 bits. */
static uint64_t address6(const struct fs_keyed *k, const uint8_t *at)
{
    bool whole = at[0] == 0xfe && (at[1] & 0xc0) == 0x80;
    return fs_flow_hash(&k->seed, word(at) & (whole ? UINT64_MAX : k->mask6[0]),
                        word(at + 8) & (whole ? UINT64_MAX : k->mask6[1]));
}

static uint64_t hash6(const struct fs_keyed *k, struct fs_cursor c)
{
    const struct fs_ip6 *ip = (const struct fs_ip6 *)c.at;
    uint64_t source = address6(k, ip->source), destination = address6(k, ip->destination);
    switch (k->key) {
    case FS_KEY_SOURCE:
        return fs_flow_hash(&k->seed, source, 6);
    case FS_KEY_DESTINATION:
        return fs_flow_hash(&k->seed, destination, 6);
    case FS_KEY_PAIR:
        return fs_flow_hash(&k->seed, source, destination ^ 6);
    default:
        break;
    }
    struct fs_ip6_upper upper;
    fs_ip6_walk(c.at, c.end, &upper);
    size_t left = fs_left(&c);
    c.at = upper.offset <= left ? c.at + upper.offset : c.end;
    uint32_t ports = upper.later_fragment ? 0 : ports_of(&c, upper.protocol);
    return fs_flow_hash(&k->seed, fs_flow_hash(&k->seed, source, destination),
                        (uint64_t)ports << 32 | (uint32_t)upper.protocol << 8 | 6u);
}

uint64_t fs_key_of(const struct fs_keyed *k, const struct fs_packet *p)
{
    struct fs_cursor c = fs_ip_cursor(p);
    uint64_t hash;
    if (fs_left(&c) >= FS_IP_SIZE && fs_ip_version(c.at) == 4) {
        hash = hash4(k, c);
    } else if (fs_left(&c) >= FS_IP6_SIZE && fs_ip_version(c.at) == 6) {
        hash = hash6(k, c);
    } else {
        return 0;
    }
    return hash == 0 ? 1 : hash;
}

bool fs_key_parse(const char *given, enum fs_key *key)
{
    static const char *const words[] = {
        [FS_KEY_SOURCE] = "source", [FS_KEY_DESTINATION] = "destination", [FS_KEY_PAIR] = "pair", [FS_KEY_FLOW] = "flow"};
    for (unsigned i = FS_KEY_SOURCE; i <= FS_KEY_FLOW; i++) {
        size_t length = __builtin_strlen(words[i]);
        if (__builtin_strlen(given) == length && __builtin_memcmp(given, words[i], length) == 0) {
            *key = (enum fs_key)i;
            return true;
        }
    }
    return false;
}

void fs_key_prefixes(struct fs_keyed *k, uint32_t bits4, uint32_t bits6)
{
    uint8_t bytes[16] = {0};
    for (uint32_t i = 0; i < bits6; i++) {
        bytes[i / 8] = (uint8_t)(bytes[i / 8] | 0x80 >> i % 8);
    }
    k->mask6[0] = word(bytes);
    k->mask6[1] = word(bytes + 8);
    k->mask4 = FS_SWAP32(bits4 == 0 ? 0 : 0xffffffffu << (32 - bits4));
}
