/* rewriter_push.c: the packet path of the rewriters. */
#include "net/checksum.h"
#include "net/ip.h"
#include "net/nat_shift.h"
#include "net/rewriter.h"
#include "net/transport.h"

enum { NO_PROTOCOL = 0xff, PROTOCOL_DCCP = 33, TRANSPORT_LEAST = 8, AHEAD = 4 };

/* One packet of a batch. */
struct look {
    struct fs_nat_key key;
    uint32_t value;   /* of the index */
    uint64_t hash;
    uint16_t header;  /* length of the IP header */
    uint16_t fragment; /* more fragments, and the offset; 0 when it is whole */
    uint8_t protocol; /* place among the kind's; NO_PROTOCOL when it is not to be rewritten */
    uint8_t reason;   /* why not */
    bool answer;      /* an ICMP echo reply: makes no mapping */
};

/* What becomes of a packet that has no mapping. */
struct verdict {
    bool pass;
    uint16_t output;
    uint8_t reason;
};

static uint32_t load32(const void *at)
{
    uint32_t v;
    __builtin_memcpy(&v, at, 4);
    return v;
}
static void store32(void *at, uint32_t v) { __builtin_memcpy(at, &v, 4); }

static uint16_t map_of(const struct fs_rewriter *r, unsigned protocol)
{
    return (uint16_t)(r->map + r->kind->protocols[protocol].map);
}

/* ---- what is looked for ---- */

static unsigned place_of(const struct fs_rewriter_kind *kind, uint8_t protocol)
{
    for (unsigned i = 0; i < kind->protocol_count; i++) {
        if (kind->protocols[i].protocol == protocol || kind->protocols[i].protocol == 0) {
            return i;
        }
    }
    return NO_PROTOCOL;
}

static bool refuse(struct look *l, enum fs_drop_reason reason)
{
    l->protocol = NO_PROTOCOL;
    l->reason = (uint8_t)reason;
    return false;
}

/* The identifier is the source port of a request and, one more, its destination port; an answer has them the other way
 * round. So a request is never taken for an answer. */
static uint32_t ping_ports(uint16_t identifier, bool request)
{
    uint16_t next = FS_SWAP16((uint16_t)(identifier + 1));
    identifier = FS_SWAP16(identifier);
    return request ? fs_nat_ports(identifier, next) : fs_nat_ports(next, identifier);
}

static inline __attribute__((always_inline)) bool look_at(const struct fs_rewriter_kind *kind, struct look *l,
                                                          const struct fs_packet *p)
{
    const struct fs_ip *ip = (const struct fs_ip *)fs_network_header(p);
    size_t left = fs_bytes_from(p, (const uint8_t *)ip);
    if (left < FS_IP_SIZE || fs_ip_version(ip) != 4) {
        return refuse(l, FS_DROP_MALFORMED);
    }
    unsigned header = fs_ip_header_length(ip);
    if (header < FS_IP_SIZE || header > left) {
        return refuse(l, FS_DROP_BAD_HEADER_LENGTH);
    }
    l->header = (uint16_t)header;
    l->answer = false;
    l->fragment = fs_get16(ip->fragment) & (FS_IP_MORE_FRAGMENTS | FS_IP_FRAGMENT_OFFSET);
    l->key = (struct fs_nat_key){load32(ip->source), load32(ip->destination), 0};
    l->protocol = (uint8_t)place_of(kind, ip->protocol);
    if (kind->style == FS_REWRITE_PAIR || kind->style == FS_REWRITE_ADDRESS) {
        return true;
    }
    if (l->protocol == NO_PROTOCOL) {
        return refuse(l, FS_DROP_BAD_PROTOCOL);
    }
    if ((l->fragment & FS_IP_FRAGMENT_OFFSET) != 0) { /* the only reason for this one */
        return refuse(l, FS_DROP_STATE);
    }
    unsigned least = ip->protocol == FS_PROTOCOL_TCP ? FS_TCP_SIZE : TRANSPORT_LEAST;
    if (left - header < least) {
        return refuse(l, FS_DROP_BAD_LENGTH);
    }
    const uint8_t *transport = (const uint8_t *)ip + header;
    if (kind->style == FS_REWRITE_PORTS) {
        l->key.ports = load32(transport);
        return true;
    }
    const struct fs_icmp *icmp = (const struct fs_icmp *)transport;
    if (icmp->type != FS_ICMP_ECHO && icmp->type != FS_ICMP_ECHO_REPLY) {
        return refuse(l, FS_DROP_BAD_PROTOCOL);
    }
    l->answer = icmp->type == FS_ICMP_ECHO_REPLY;
    l->key.ports = ping_ports(fs_get16(icmp->rest), !l->answer);
    return true;
}

/* ---- making mappings ---- */

/* What a flow that arrives at an input becomes, and the way of its mapping; false when it gets none. */
static bool choose(struct fs_rewriter *r, struct fs_rewriter_input *input, unsigned protocol,
                   const struct fs_nat_key *key, struct fs_nat_key *rewritten, uint32_t *way)
{
    struct fs_mapper_request q = {.rewriter = r,
                                  .key = *key,
                                  .map = map_of(r, protocol),
                                  .protocol = r->kind->protocols[protocol].protocol,
                                  .ping = r->kind->style == FS_REWRITE_PING};
    bool made = true;
    *rewritten = *key;
    if (input->kind == FS_INPUT_PATTERN) {
        made = fs_nat_pattern_apply(input->pattern, &r->base, r->table, q.map, q.ping, key, rewritten);
    } else if (input->kind == FS_INPUT_MAPPER) {
        made = input->mapper->choose(input->mapper, &q);
        *rewritten = q.rewritten;
    }
    /* What has no ports, or no destination, must not get any. */
    if (made && r->kind->style != FS_REWRITE_PORTS && r->kind->style != FS_REWRITE_PING) {
        made = rewritten->ports == 0 && (r->kind->style == FS_REWRITE_PAIR || rewritten->destination == 0);
    }
    *way = input->way + q.choice * r->kind->protocol_count + protocol;
    return made;
}

static __attribute__((noinline)) uint32_t make(struct fs_rewriter *r, struct fs_rewriter_input *input,
                                               unsigned protocol, const struct fs_nat_key *key, uint32_t now)
{
    struct fs_nat_key rewritten;
    uint32_t way;
    if (input->kind == FS_INPUT_DROP || input->kind == FS_INPUT_PASS) {
        return FS_FLOW_NONE;
    }
    uint32_t value = FS_FLOW_NONE;
    if (choose(r, input, protocol, key, &rewritten, &way)) {
        struct fs_nat_key answer = fs_nat_reverse(rewritten);
        value = fs_nat_add(r->table, (uint16_t)way, key, &answer, now);
        if (value != FS_FLOW_NONE && input->kind == FS_INPUT_MAPPER && input->mapper->adopt != NULL) {
            input->mapper->adopt(input->mapper, &r->table->flows[value >> 1], r->table->ways[way].protocol);
        }
    }
    input->failures += value == FS_FLOW_NONE;
    return value;
}

static struct verdict without_mapping(const struct fs_rewriter_input *input, enum fs_drop_reason reason)
{
    return (struct verdict){input->kind == FS_INPUT_PASS, input->output[0], (uint8_t)reason};
}

static uint32_t find_address(struct fs_rewriter *r, struct fs_nat_key *key)
{
    struct fs_nat_key back = {0, key->destination, 0};
    key->destination = 0;
    uint32_t value = fs_nat_find(r->table, key, r->map);
    return value != FS_FLOW_NONE ? value : fs_nat_find(r->table, &back, r->map);
}

/* A packet whose flow was not found at the first look: found in a second one, since the batch may have changed the
 * table, or made. */
static __attribute__((noinline)) uint32_t find_or_make(struct fs_rewriter *r, unsigned port, struct look *l,
                                                       struct fs_packet *p, uint32_t now, struct verdict *verdict)
{
    struct fs_rewriter_input *input = &r->inputs[port];
    uint32_t value = r->kind->style == FS_REWRITE_ADDRESS ? find_address(r, &l->key)
                                                          : fs_nat_find(r->table, &l->key, map_of(r, l->protocol));
    if (value != FS_FLOW_NONE) {
        return value;
    }
    if (!l->answer) {
        value = make(r, input, l->protocol, &l->key, now);
    }
    if (value == FS_FLOW_NONE) {
        bool unknown = l->answer || input->kind == FS_INPUT_DROP;
        *verdict = without_mapping(input, unknown ? FS_DROP_STATE : FS_DROP_TABLE_FULL);
    } else if (r->reply_annotation != 0) {
        r->table->flows[value >> 1].annotation = fs_anno_u8(p, r->reply_annotation);
    }
    return value;
}

uint32_t fs_rewriter_entry(struct fs_rewriter *r, uint8_t protocol, const struct fs_nat_key *key, int input)
{
    unsigned place = place_of(r->kind, protocol);
    struct fs_nat_key k = *key;
    uint32_t value;
    if (place == NO_PROTOCOL) {
        return FS_FLOW_NONE;
    }
    if (r->kind->style == FS_REWRITE_ADDRESS) {
        k.ports = 0;
        value = find_address(r, &k);
    } else {
        if (r->kind->style == FS_REWRITE_PAIR) {
            k.ports = 0;
        } else if (r->kind->style == FS_REWRITE_PING) {
            k.ports = ping_ports(FS_SWAP16((uint16_t)k.ports), input != FS_ENTRY_ANSWER);
        }
        value = fs_nat_find(r->table, &k, map_of(r, place));
    }
    if (value != FS_FLOW_NONE) {
        uint8_t own = r->table->ways[r->table->flows[value >> 1].way].protocol;
        return own == 0 || own == protocol ? value : FS_FLOW_NONE;
    }
    if (input < 0 || (uint32_t)input >= r->base.input_count) {
        return FS_FLOW_NONE;
    }
    return make(r, &r->inputs[input], place, &k, fs_rewriter_now(&r->base));
}

/* ---- changing packets ---- */

static inline uint64_t change(uint32_t before, uint32_t after) { return (uint64_t)(uint32_t)~before + after; }

/* RFC 1624 equation 3, with all changes of a header at once. */
static inline uint16_t updated(uint16_t checksum, uint64_t changes)
{
    uint64_t sum = (uint16_t)~checksum + changes;
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~((sum & 0xffff) + (sum >> 16));
}
static inline void update(uint8_t at[2], uint64_t changes)
{
    uint16_t v;
    __builtin_memcpy(&v, at, 2);
    v = updated(v, changes);
    __builtin_memcpy(at, &v, 2);
}
/* A checksum of 0 says that there is none (RFC 768), before and after. */
static inline void update_udp(uint8_t at[2], uint64_t changes)
{
    uint16_t v;
    __builtin_memcpy(&v, at, 2);
    if (v != 0) {
        v = updated(v, changes);
        v = v != 0 ? v : 0xffff;
        __builtin_memcpy(at, &v, 2);
    }
}

static inline uint8_t tcp_state(uint8_t state, unsigned direction, const struct fs_ip *ip, const struct fs_tcp *tcp)
{
    bool payload = fs_ip_header_length(ip) + fs_tcp_header_length(tcp) < fs_get16(ip->length);
    if ((tcp->flags & FS_TCP_RST) != 0) {
        state |= FS_NAT_DONE | FS_NAT_DONE << 1;
    } else if ((tcp->flags & FS_TCP_FIN) != 0) {
        state |= (uint8_t)(FS_NAT_DONE << direction);
    } else if ((tcp->flags & FS_TCP_SYN) != 0 || payload) {
        state &= (uint8_t)~(FS_NAT_DONE << direction);
    }
    return payload ? (uint8_t)(state | FS_NAT_DATA << direction) : state;
}
static inline uint8_t udp_state(uint8_t state, unsigned direction)
{
    state |= direction != 0 ? FS_NAT_ANSWERED : 0;
    return state < FS_NAT_STREAMING - FS_NAT_ANSWERED ? (uint8_t)(state + FS_NAT_PACKET) : state;
}

static inline uint64_t change_addresses(struct fs_ip *ip, const struct fs_nat_key *to)
{
    uint64_t changes = change(load32(ip->source), to->source) + change(load32(ip->destination), to->destination);
    store32(ip->source, to->source);
    store32(ip->destination, to->destination);
    update(ip->checksum, changes);
    return changes;
}

/* Of TCP, UDP or DCCP, whose ports are in the same place. */
static inline void apply_ports(struct fs_rewriter *r, struct fs_nat_flow *f, unsigned direction, struct look *l,
                               struct fs_packet *p, const struct fs_nat_key *to)
{
    struct fs_ip *ip = (struct fs_ip *)fs_network_header(p);
    uint8_t *transport = (uint8_t *)ip + l->header;
    uint64_t changes = change_addresses(ip, to) + change(l->key.ports, to->ports);
    store32(transport, to->ports);
    if (ip->protocol == FS_PROTOCOL_TCP) {
        struct fs_tcp *tcp = (struct fs_tcp *)transport;
        update(tcp->checksum, changes);
        if (r->kind->follow_tcp) {
            f->state = tcp_state(f->state, direction, ip, tcp);
            if (f->state & FS_NAT_SHIFTED) {
                fs_nat_shift_apply(r->table, f, direction, ip, tcp, fs_packet_end(p));
            }
            return;
        }
    } else if (ip->protocol == FS_PROTOCOL_UDP) {
        update_udp(((struct fs_udp *)transport)->checksum, changes);
    } else {
        update(((struct fs_udp *)transport)->checksum, changes); /* DCCP, RFC 4340 5.1: at the same offset */
    }
    f->state = udp_state(f->state, direction);
}

/* Ports stay, checksums that cover addresses change. */
static void apply_addresses(const struct look *l, struct fs_packet *p, const struct fs_nat_key *to)
{
    struct fs_ip *ip = (struct fs_ip *)fs_network_header(p);
    uint8_t *transport = (uint8_t *)ip + l->header;
    size_t left = fs_bytes_from(p, transport);
    uint64_t changes = change_addresses(ip, to);
    if (fs_ip_later_fragment(ip)) {
        return;
    }
    if (ip->protocol == FS_PROTOCOL_TCP && left >= 18) {
        update(((struct fs_tcp *)transport)->checksum, changes);
    } else if (ip->protocol == FS_PROTOCOL_UDP && left >= FS_UDP_SIZE) {
        update_udp(((struct fs_udp *)transport)->checksum, changes);
    }
}

static void apply_ping(unsigned direction, const struct look *l, struct fs_packet *p, const struct fs_nat_key *to)
{
    struct fs_ip *ip = (struct fs_ip *)fs_network_header(p);
    struct fs_icmp *icmp = (struct fs_icmp *)((uint8_t *)ip + l->header);
    uint16_t identifier = (uint16_t)(direction == 0 ? to->ports : to->ports >> 16), before;
    change_addresses(ip, to);
    __builtin_memcpy(&before, icmp->rest, 2);
    __builtin_memcpy(icmp->rest, &identifier, 2);
    update(icmp->checksum, change(before, identifier));
    fs_checksum_settle(icmp->checksum, icmp, fs_bytes_from(p, (const uint8_t *)icmp));
}

/* Changes the packet by its mapping; its output. The packet is writable. */
static inline __attribute__((always_inline)) uint32_t apply(struct fs_rewriter *r, struct look *l, uint32_t value,
                                                            struct fs_packet *p, uint32_t now)
{
    struct fs_nat_flow *f = &r->table->flows[value >> 1];
    unsigned direction = value & 1;
    struct fs_nat_key to = fs_nat_reverse(f->key[!direction]);
    if (r->kind->style == FS_REWRITE_PORTS) {
        apply_ports(r, f, direction, l, p, &to);
    } else if (r->kind->style == FS_REWRITE_PING) {
        apply_ping(direction, l, p, &to);
    } else {
        if (r->kind->style == FS_REWRITE_ADDRESS) { /* the other address is not the mapping's */
            const struct fs_ip *ip = (const struct fs_ip *)fs_network_header(p);
            to.source = direction == 0 ? to.source : load32(ip->source);
            to.destination = direction == 0 ? load32(ip->destination) : to.destination;
        }
        apply_addresses(l, p, &to);
    }
    if (r->set_destination && (direction != 0 || r->kind->style != FS_REWRITE_ADDRESS)) {
        fs_set_anno_u32(p, FS_ANNO_DST_IP, to.destination);
    }
    if (direction != 0 && r->reply_annotation != 0) {
        fs_set_anno_u8(p, r->reply_annotation, f->annotation);
    }
    f->last = now;
    return r->table->ways[f->way].output[direction];
}

/* ---- fragments ---- */

/* Also when the packet was rewritten. */
static struct fs_nat_datagram datagram_of(const struct look *l, unsigned port, const struct fs_packet *p)
{
    const struct fs_ip *ip = (const struct fs_ip *)fs_network_header(p);
    return (struct fs_nat_datagram){l->key.source, l->key.destination, fs_get16(ip->id), (uint16_t)port, ip->protocol};
}

/* The first fragment was rewritten: so will the others be. */
static __attribute__((noinline)) void know(struct fs_rewriter *r, unsigned port, const struct look *l, struct fs_packet *p,
                                           uint32_t output, uint32_t now)
{
    const struct fs_ip *ip = (const struct fs_ip *)fs_network_header(p);
    struct fs_nat_datagram d = datagram_of(l, port, p);
    struct fs_nat_turned turned = {load32(ip->source), load32(ip->destination), (uint16_t)output,
                                   r->reply_annotation != 0 ? fs_anno_u8(p, r->reply_annotation) : 0};
    fs_nat_fragments_know(r->fragments, &d, &turned, now);
}

/* Makes of a later fragment what became of the first; NULL when there is no buffer. No checksum but the header's covers
 * it: the datagram's was changed in the first. */
static struct fs_packet *turn(struct fs_rewriter *r, struct fs_packet *p, const struct fs_nat_turned *turned)
{
    if (fs_packet_shared(p) && (p = fs_writable(&r->base, p)) == NULL) {
        return NULL;
    }
    struct fs_nat_key to = {turned->source, turned->destination, 0};
    change_addresses((struct fs_ip *)fs_network_header(p), &to);
    if (r->set_destination) {
        fs_set_anno_u32(p, FS_ANNO_DST_IP, to.destination);
    }
    if (r->reply_annotation != 0) {
        fs_set_anno_u8(p, r->reply_annotation, turned->annotation);
    }
    return p;
}

/* A later fragment, and the output that it leaves by; NULL when it waits, or is lost. */
static __attribute__((noinline)) struct fs_packet *later(struct fs_rewriter *r, unsigned port, const struct look *l,
                                                         struct fs_packet *p, uint32_t now, uint32_t *output)
{
    struct fs_nat_datagram d = datagram_of(l, port, p);
    const struct fs_nat_turned *turned = fs_nat_fragments_find(r->fragments, &d, now);
    if (turned == NULL && r->inputs[port].kind == FS_INPUT_PASS) {
        *output = r->inputs[port].output[0];
        return p;
    }
    if (turned == NULL) {
        fs_nat_fragments_hold(r->fragments, &r->base, &d, p, now);
        return NULL;
    }
    *output = turned->output;
    return turn(r, p, turned);
}

/* Those that came before their first. */
static __attribute__((noinline)) void release(struct fs_rewriter *r)
{
    const struct fs_nat_turned *turned;
    struct fs_packet *p;
    uint32_t now = fs_rewriter_now(&r->base);
    while ((p = fs_nat_fragments_next(r->fragments, now, &turned)) != NULL) {
        uint32_t output = turned->output;
        if ((p = turn(r, p, turned)) != NULL) {
            fs_output_push_one(&r->base, output, p);
        }
    }
}

/* Rewrites a batch and leaves what goes on in it, with its outputs. Apart from push(), so that its room on the stack is
 * free again when the packets go on. */
static __attribute__((noinline)) void rewrite(struct fs_rewriter *r, unsigned port, struct fs_batch *batch,
                                              uint32_t outputs[FS_BATCH_MAX])
{
    struct look looks[FS_BATCH_MAX];
    const struct fs_nat_table *t = r->table;
    const struct fs_rewriter_kind *kind = r->kind;
    uint32_t now = fs_rewriter_now(&r->base), kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct look *l = &looks[i];
        if (i + AHEAD < count) {
            __builtin_prefetch(fs_network_header(batch->packets[i + AHEAD]));
        }
        if (look_at(kind, l, batch->packets[i])) {
            l->hash = fs_nat_hash(t, &l->key, map_of(r, l->protocol));
            fs_flow_prefetch(&t->index, l->hash);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        struct look *l = &looks[i];
        struct fs_flow_probe probe;
        if (l->protocol != NO_PROTOCOL) {
            l->value = fs_flow_first(&t->index, l->hash, &probe);
            if (l->value != FS_FLOW_NONE) {
                __builtin_prefetch(&t->flows[l->value >> 1], 1);
                __builtin_prefetch(batch->packets[i]->annotations, 1);
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        struct look *l = &looks[i];
        struct fs_packet *p = batch->packets[i];
        struct verdict verdict;
        uint32_t value = FS_FLOW_NONE;
        if (l->protocol == NO_PROTOCOL) {
            if (r->fragments != NULL && l->reason == FS_DROP_STATE) {
                batch->packets[kept] = later(r, port, l, p, now, &outputs[kept]);
                kept += batch->packets[kept] != NULL;
                continue;
            }
            verdict = without_mapping(&r->inputs[port], (enum fs_drop_reason)l->reason);
        } else if (l->value != FS_FLOW_NONE && fs_nat_is(t, l->value, &l->key, map_of(r, l->protocol))) {
            value = l->value;
        } else {
            value = find_or_make(r, port, l, p, now, &verdict);
        }
        if (value != FS_FLOW_NONE) {
            if (fs_packet_shared(p) && (p = fs_writable(&r->base, p)) == NULL) {
                continue;
            }
            outputs[kept] = apply(r, l, value, p, now);
            if (FS_HARDLY(l->fragment != 0) && r->fragments != NULL) {
                know(r, port, l, p, outputs[kept], now);
            }
            batch->packets[kept++] = p;
        } else if (verdict.pass) {
            outputs[kept] = verdict.output;
            batch->packets[kept++] = p;
        } else {
            fs_drop(&r->base, p, (enum fs_drop_reason)verdict.reason);
        }
    }
    batch->count = kept;
}

void fs_rewriter_push(struct fs_element *e, unsigned port, struct fs_batch *batch)
{
    struct fs_rewriter *r = (struct fs_rewriter *)e;
    uint32_t outputs[FS_BATCH_MAX], i = 1;
    rewrite(r, port, batch, outputs);
    while (i < batch->count && outputs[i] == outputs[0]) {
        i++;
    }
    if (i >= batch->count) {
        fs_output_push(e, batch->count != 0 ? outputs[0] : 0, batch);
    } else {
        fs_output_scatter(e, batch, outputs, NULL, FS_DROP_UNCONNECTED);
    }
    if (r->fragments != NULL && r->fragments->count != 0) {
        release(r);
    }
}
