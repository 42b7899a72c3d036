#include "net/ipfix.h"

#include "net/ip6.h"

enum {
    VERSION = 10,
    HEADER = 16,    /* bytes of a message's header, RFC 7011 3.1 */
    SET_HEADER = 4, /* 3.3.2 */
    TEMPLATE_SET = 2,
    TEMPLATE_4 = 256,
    TEMPLATE_6 = 257,
    FIELDS = 14,
};

/* Information elements (IANA's registry) and their lengths, in the order of put_record(). */
static const uint16_t fields[2][FIELDS][2] = {
    {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {5, 1}, {6, 2}, {32, 2}, {10, 4}, {2, 8}, {1, 8}, {152, 8}, {153, 8}, {136, 1}},
    {{27, 16}, {28, 16}, {7, 2}, {11, 2}, {4, 1}, {5, 1}, {6, 2}, {139, 2}, {10, 4}, {2, 8}, {1, 8}, {152, 8}, {153, 8}, {136, 1}},
};
enum { RECORD_4 = 55, RECORD_6 = 79, TEMPLATES = SET_HEADER + 2 * (4 + 4 * FIELDS) };
_Static_assert(FS_IP_SIZE + FS_UDP_SIZE + HEADER + TEMPLATES <= FS_IPFIX_LEAST, "templates fit");
_Static_assert(FS_IP_SIZE + FS_UDP_SIZE + HEADER + SET_HEADER + RECORD_6 <= FS_IPFIX_LEAST, "a record fits");

static uint8_t *put(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = size; i-- > 0; value >>= 8) {
        at[i] = (uint8_t)value;
    }
    return at + size;
}

static void close_set(struct fs_ipfix *x)
{
    if (x->set != 0) {
        fs_put16(x->message->data + x->set + 2, (uint16_t)(x->used - x->set));
        x->set = 0;
    }
}
static void open_set(struct fs_ipfix *x, uint16_t id)
{
    close_set(x);
    x->set = x->used;
    x->set_id = id;
    fs_put16(x->message->data + x->used, id);
    x->used += SET_HEADER;
}

/* RFC 7011 3.4.1. */
static void put_templates(struct fs_ipfix *x, uint64_t now)
{
    open_set(x, TEMPLATE_SET);
    uint8_t *at = x->message->data + x->used;
    for (unsigned i = 0; i < 2; i++) {
        at = put(put(at, TEMPLATE_4 + i, 2), FIELDS, 2);
        for (unsigned field = 0; field < FIELDS; field++) {
            at = put(put(at, fields[i][field][0], 2), fields[i][field][1], 2);
        }
    }
    x->used = (uint32_t)(at - x->message->data);
    close_set(x);
    x->templates = now;
}

/* Begins a message; over UDP templates are sent again and again, since any may be lost (RFC 7011 8.4). */
static bool begin(struct fs_ipfix *x, struct fs_element *e)
{
    uint64_t now = fs_steady(e);
    x->message = fs_packet_new(fs_pool(e), FS_HEADROOM, x->limit);
    if (x->message == NULL) {
        return false;
    }
    x->used = HEADER;
    x->set = x->record_count = 0;
    if (x->templates == 0 || now - x->templates >= x->interval) {
        put_templates(x, now);
    }
    return true;
}

void fs_ipfix_send(struct fs_ipfix *x, struct fs_element *e)
{
    struct fs_packet *p = x->message;
    if (p == NULL) {
        return;
    }
    close_set(x);
    x->message = NULL;
    uint64_t now = fs_now(e);
    uint8_t *at = put(put(p->data, VERSION, 2), x->used, 2);
    put(put(put(at, now / 1000000000, 4), x->sequence, 4), x->domain, 4);
    x->sequence += x->record_count;
    x->records += x->record_count;
    x->messages++;
    fs_packet_trim(p, p->length - x->used);
    p->timestamp = now;
    p = fs_udp_encap_put(e, &x->front, p, x->source_port, x->destination_port, true, NULL, 0);
    if (p != NULL) {
        fs_output_push_one(e, x->output, p);
    }
}

void fs_ipfix_refresh(struct fs_ipfix *x, struct fs_element *e)
{
    bool due = x->templates == 0 || fs_steady(e) - x->templates >= x->interval;
    if (!due) {
        return;
    }
    fs_ipfix_send(x, e);
    if (begin(x, e)) {
        fs_ipfix_send(x, e);
    }
}

static void put_record(uint8_t *at, const struct fs_ipfix_record *r)
{
    const struct fs_flow_key *k = r->key;
    unsigned size = k->version == 4 ? 4 : 16;
    __builtin_memcpy(at, k->source, size);
    __builtin_memcpy(at + size, k->destination, size);
    __builtin_memcpy(at + 2 * (size_t)size, k->source_port, 4);
    at = put(put(at + 2 * (size_t)size + 4, k->protocol, 1), r->tos, 1);
    at = put(put(put(at, r->tcp_flags, 2), r->icmp, 2), r->input, 4);
    at = put(put(at, r->packets, 8), r->octets, 8);
    put(put(put(at, r->first / 1000000, 8), r->last / 1000000, 8), r->end, 1);
}

bool fs_ipfix_add(struct fs_ipfix *x, struct fs_element *e, const struct fs_ipfix_record *r)
{
    bool four = r->key->version == 4;
    uint16_t id = four ? TEMPLATE_4 : TEMPLATE_6;
    uint32_t size = four ? RECORD_4 : RECORD_6;
    if (x->message != NULL && x->used + (x->set != 0 && x->set_id == id ? 0 : SET_HEADER) + size > x->message->length) {
        fs_ipfix_send(x, e);
    }
    if (x->message == NULL) {
        if (!begin(x, e)) {
            return false;
        }
        if (x->used + SET_HEADER + size > x->limit) { /* the templates fill it */
            fs_ipfix_send(x, e);
            return fs_ipfix_add(x, e, r);
        }
    }
    if (x->set == 0 || x->set_id != id) {
        open_set(x, id);
    }
    put_record(x->message->data + x->used, r);
    x->used += size;
    x->record_count++;
    return true;
}

void fs_ipfix_take(struct fs_ipfix *x, struct fs_ipfix *old)
{
    x->front.id = old->front.id;
    x->sequence = old->sequence;
    x->messages = old->messages;
    x->records = old->records;
    x->message = old->message;
    x->used = old->used;
    x->record_count = old->record_count;
    x->set = old->set;
    x->set_id = old->set_id;
    old->message = NULL;
}
