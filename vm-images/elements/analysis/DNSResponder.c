/* DNSResponder: turns DNS queries into answers of one kind. */
#include "net/dns.h"
#include "net/handlers.h"
#include "net/turn_back.h"

enum answer { NXDOMAIN, REFUSED, ADDRESS_ANSWER, NONE, ANSWERS };

struct responder {
    struct fs_element base;
    enum answer answer;
    uint8_t address[4], address6[16];
    uint32_t ttl;
    uint64_t answered;
};

enum { ANSWER, ADDRESS, ADDRESS6, TTL };
enum { RECORD = 12 }; /* bytes of a resource record without its data */

static const uint8_t zeros[16];
static bool given(const uint8_t *address, size_t size) { return __builtin_memcmp(address, zeros, size) != 0; }

/* The data of the record that answers the question; NULL: there is none. */
static const uint8_t *data_for(const struct responder *r, const struct fs_dns_query *q, uint16_t *type, size_t *size)
{
    bool address = r->answer == ADDRESS_ANSWER && (q->class == FS_DNS_INTERNET || q->class == FS_DNS_ANY);
    if (address && (q->type == FS_DNS_A || q->type == FS_DNS_ANY) && given(r->address, 4)) {
        *type = FS_DNS_A;
        *size = 4;
        return r->address;
    }
    if (address && (q->type == FS_DNS_AAAA || q->type == FS_DNS_ANY) && given(r->address6, 16)) {
        *type = FS_DNS_AAAA;
        *size = 16;
        return r->address6;
    }
    *size = 0;
    return NULL;
}

/* The header and the question stay; what is behind them goes, and the record, if any, takes its place. */
static void set_message(const struct responder *r, uint8_t *dns, uint8_t *at, uint16_t type, const uint8_t *data,
                        size_t size)
{
    static const uint16_t codes[ANSWERS] = {[NXDOMAIN] = 3, [REFUSED] = 5};
    uint16_t flags = fs_get16(dns + 2) & (FS_DNS_OPCODE | FS_DNS_RECURSION_DESIRED | FS_DNS_CHECKING_DISABLED);
    fs_put16(dns + 2, (uint16_t)(flags | FS_DNS_RESPONSE | FS_DNS_RECURSION_AVAILABLE | codes[r->answer]));
    fs_put16(dns + 6, data != NULL);
    fs_put32(dns + 8, 0); /* neither authorities nor additional records */
    if (data != NULL) {
        fs_put16(at, 0xc000 | FS_DNS_SIZE); /* the question's name */
        fs_put16(at + 2, type);
        fs_put16(at + 4, FS_DNS_INTERNET);
        fs_put32(at + 6, r->ttl);
        fs_put16(at + 10, (uint16_t)size);
        __builtin_memcpy(at + RECORD, data, size);
    }
}

/* The answer; NULL when the packet is gone. */
static struct fs_packet *answer(struct responder *r, struct fs_packet *p)
{
    struct fs_element *e = &r->base;
    struct fs_look l;
    struct fs_dns_query q;
    fs_look_at(&l, p);
    if (!fs_can_turn_back(&l) || !l.udp) {
        fs_reject(e, 1, p, FS_DROP_BAD_PROTOCOL);
        return NULL;
    }
    if (fs_dns_read(&q, l.at, l.end) != FS_DNS_QUERY) {
        fs_reject(e, 1, p, FS_DROP_MALFORMED);
        return NULL;
    }
    if (r->answer == NONE) {
        fs_drop(e, p, FS_DROP_DENIED);
        return NULL;
    }
    size_t ip = (size_t)(l.ip - p->data), udp = (size_t)(l.upper - p->data), end = (size_t)(q.end - p->data), size;
    uint16_t type = 0;
    const uint8_t *data = data_for(r, &q, &type, &size);
    size_t length = end + (data != NULL ? RECORD + size : 0);
    p = fs_writable(e, p);
    if (p == NULL) {
        return NULL;
    }
    if (length > p->length ? !fs_packet_append(p, length - p->length) : !fs_packet_trim(p, p->length - length)) {
        fs_drop(e, p, FS_DROP_NO_ROOM);
        return NULL;
    }
    set_message(r, p->data + udp + FS_UDP_SIZE, p->data + end, type, data, size);
    fs_put16(p->data + udp + 4, (uint16_t)(length - udp));
    fs_put16(p->data + udp + 6, 0);
    uint16_t checksum = fs_turn_back(p->data + ip, l.version, p->data + udp, length - udp, FS_PROTOCOL_UDP);
    fs_put16(p->data + udp + 6, checksum == 0 ? 0xffff : checksum); /* RFC 768 */
    p->timestamp = fs_now(e);
    r->answered++;
    return p;
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = answer((struct responder *)e, batch->packets[i]);
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static FS_ONCE int configure(struct fs_element *e, struct fs_text *error)
{
    static const char *const words[ANSWERS] = {"nxdomain", "refused", "address", "none"};
    struct responder *r = (struct responder *)e;
    const char *word = fs_args_text(e->args, ANSWER, words[NXDOMAIN]);
    size_t length = __builtin_strlen(word);
    while (r->answer < ANSWERS
           && (__builtin_strlen(words[r->answer]) != length || __builtin_memcmp(words[r->answer], word, length) != 0)) {
        r->answer++;
    }
    if (r->answer == ANSWERS) {
        fs_text_string(error, "ANSWER: expected nxdomain, refused, address or none");
        return -1;
    }
    if (fs_args_given(e->args, ADDRESS)) {
        __builtin_memcpy(r->address, fs_args_bytes(e->args, ADDRESS).at, 4);
    }
    if (fs_args_given(e->args, ADDRESS6)) {
        __builtin_memcpy(r->address6, fs_args_bytes(e->args, ADDRESS6).at, 16);
    }
    int64_t seconds = fs_args_integer(e->args, TTL, 60000000000) / 1000000000;
    r->ttl = seconds < INT32_MAX ? (uint32_t)seconds : INT32_MAX; /* RFC 2181 section 8 */
    return 0;
}

static FS_ONCE void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct responder *)e)->answered = ((struct responder *)old)->answered;
}

FS_READ_NUMBER(read_answered, struct responder, answered)

static const struct fs_arg args[] = {
    [ANSWER] = {"ANSWER", "word", FS_KEYWORD, 0, 0, "nxdomain",
                "`nxdomain` (no such name), `refused`, `address`, or `none`: queries are dropped as `denied`."},
    [ADDRESS] = {"ADDRESS", "ip-address", FS_KEYWORD, 0, 0, "0.0.0.0", "For questions of type A; 0.0.0.0: none."},
    [ADDRESS6] = {"ADDRESS6", "ip6-address", FS_KEYWORD, 0, 0, "::", "For questions of type AAAA; ::, none."},
    [TTL] = {"TTL", "duration", FS_KEYWORD, 0, 0, "60s", "How long an answer may be kept."},
};
static const struct fs_handler handlers[] = {
    {"answered", read_answered, NULL, 0, NULL, "Queries answered."},
};

FS_ELEMENT(DNSResponder) = {
    .name = "DNSResponder",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads udp payload; writes ip ip6 udp payload length; drops; originates",
    .summary = "answers all DNS queries alike",
    .doc = "Ours. Each DNS query over UDP becomes its answer, with addresses and ports swapped: no such name, refused, or an\n"
           "address. With ANSWER address a question for which there is none (another type, or no address of its kind) gets an\n"
           "answer without records. The answer ends behind the question and its record; EDNS (RFC 6891) is not answered. IP\n"
           "options and extension headers, fragments, TCP and what is no query leave by output 1; where it is not connected\n"
           "they are dropped as `bad-protocol` or `malformed`. Ethernet addresses are EtherMirror's to swap.\n\n"
           "    ... -> DNSResponder(ANSWER address, ADDRESS 192.0.2.1) -> EtherMirror -> ToDevice(0);\n",
    .size = sizeof(struct responder),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
