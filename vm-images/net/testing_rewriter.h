/* net/testing_rewriter.h: what the tests of rewriters share: specifications as the compiler lowers them, packets of TCP
 * and UDP with right checksums, and what came out as text. For *_test.c files. */
#ifndef NET_TESTING_REWRITER_H
#define NET_TESTING_REWRITER_H

#include "net/testing.h"

#include "net/ip.h"
#include "net/transport.h"

/* The argument `name` of the element added last, of the texts given. */
#define specify(t, name, ...) specify_texts((t), (name), (const char *const[]){__VA_ARGS__, NULL})
static inline void specify_texts(struct fs_test *t, const char *name, const char *const *texts)
{
    struct bytes b = {.size = 8};
    uint32_t count = 0;
    for (; texts[count] != NULL; count++) {
        size_t length = strlen(texts[count]);
        put_le32(b.at + b.size, (uint32_t)length);
        memcpy(b.at + b.size + 4, texts[count], length);
        b.size += 4 + length + 1;
    }
    put_le32(b.at, 1);
    put_le32(b.at + 4, count);
    fs_test_table(t, name, b.at, b.size, count);
}

static inline void put_checksum(uint8_t *ip, unsigned offset)
{
    unsigned header = (ip[0] & 15u) * 4, size = fs_get16(ip + 2) - header;
    uint8_t pseudo[1600] = {0};
    memcpy(pseudo, ip + 12, 8);
    pseudo[9] = ip[9];
    fs_put16(pseudo + 10, (uint16_t)size);
    fs_put16(ip + header + offset, 0);
    memcpy(pseudo + 12, ip + header, size);
    fs_put16(ip + header + offset, plain_checksum(pseudo, 12 + size));
}
/* Whether the checksums of an IP packet and of the TCP or UDP in it are right; a UDP checksum of 0 is. */
static inline bool intact(const struct fs_packet *p)
{
    uint8_t copy[1600], *ip = copy;
    memcpy(copy, p->data, p->length);
    unsigned header = (ip[0] & 15u) * 4, offset = ip[9] == 6 ? 16 : 6;
    uint16_t found = fs_get16(ip + header + offset);
    if (plain_checksum(ip, header) != 0) {
        return false;
    }
    if ((ip[9] != 6 && ip[9] != 17) || (ip[9] == 17 && found == 0)) {
        return true;
    }
    put_checksum(ip, offset);
    uint16_t right = fs_get16(ip + header + offset);
    return found == right || (ip[9] == 17 && right == 0 && found == 0xffff);
}

static inline uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24 | b << 16 | c << 8 | d; }

/* `A.B.C.D PORT A.B.C.D PORT` */
struct flow {
    uint32_t source, destination;
    uint16_t source_port, destination_port;
};
static inline struct flow flow_of(const char *text)
{
    unsigned s[4], d[4], sp, dp;
    if (sscanf(text, "%u.%u.%u.%u %u %u.%u.%u.%u %u", s, s + 1, s + 2, s + 3, &sp, d, d + 1, d + 2, d + 3, &dp) != 10) {
        abort();
    }
    return (struct flow){ip4(s[0], s[1], s[2], s[3]), ip4(d[0], d[1], d[2], d[3]), (uint16_t)sp, (uint16_t)dp};
}

static inline void send_bytes(struct fs_test *t, const char *source, const struct bytes *b)
{
    fs_test_send_packet(t, source, marked_packet(t, b->at, b->size, (b->at[0] & 15u) * 4));
}
static inline struct bytes udp_packet(const char *flow, size_t payload)
{
    struct flow f = flow_of(flow);
    struct bytes b = {0};
    put_ip(&b, f.source, f.destination, 17, 8 + payload);
    put_udp(&b, f.source_port, f.destination_port, payload);
    put_checksum(b.at, 6);
    return b;
}
static inline struct bytes tcp_packet(const char *flow, uint8_t flags, uint32_t sequence, uint32_t acknowledgement,
                                      const char *options_hex, const char *payload)
{
    struct flow f = flow_of(flow);
    struct bytes b = {0}, options = hex(options_hex);
    put_ip(&b, f.source, f.destination, 6, 20 + options.size + strlen(payload));
    put_number(&b, 2, f.source_port);
    put_number(&b, 2, f.destination_port);
    put_number(&b, 4, sequence);
    put_number(&b, 4, acknowledgement);
    put_number(&b, 1, (20 + options.size) / 4 << 4);
    put_number(&b, 1, flags);
    put_hex(&b, "1000 0000 0000");
    memcpy(b.at + b.size, options.at, options.size);
    memcpy(b.at + b.size + options.size, payload, strlen(payload));
    b.size += options.size + strlen(payload);
    put_checksum(b.at, 16);
    return b;
}
static inline void send_udp(struct fs_test *t, const char *source, const char *flow)
{
    struct bytes b = udp_packet(flow, 4);
    send_bytes(t, source, &b);
}
static inline void send_tcp(struct fs_test *t, const char *source, const char *flow, uint8_t flags, const char *payload)
{
    struct bytes b = tcp_packet(flow, flags, 1, 1, "", payload);
    send_bytes(t, source, &b);
}

/* The flow of the packet that came out last, as text, and "" when there is none; "BROKEN" in front when a checksum is
 * wrong. Forgets what came out. */
static inline const char *came(struct fs_test *t, const char *sink)
{
    static char text[100];
    unsigned count = fs_test_count(t, sink);
    text[0] = '\0';
    if (count > 0) {
        const struct fs_packet *p = fs_test_out(t, sink, count - 1);
        const uint8_t *ip = p->data, *tr = ip + (ip[0] & 15u) * 4;
        snprintf(text, sizeof text, "%s%u.%u.%u.%u %u %u.%u.%u.%u %u", intact(p) ? "" : "BROKEN ", ip[12], ip[13], ip[14],
                 ip[15], fs_get16(tr), ip[16], ip[17], ip[18], ip[19], fs_get16(tr + 2));
    }
    fs_test_forget(t, sink);
    return text;
}

/* A handler that takes parameters. */
static inline const char *ask(struct fs_test *t, const char *handler, const char *parameters)
{
    static char at[200];
    struct fs_text value = {.at = at, .capacity = sizeof at - 1};
    FS_EQUAL(fs_router_read(fs_test_router(t), handler, parameters, &value), FS_HANDLER_OK);
    at[value.length] = '\0';
    return at;
}

/* A rewriter `rw` of a class with sources in0, in1, ... and sinks out0, out1, ...; still without arguments. */
static inline struct fs_test *rewriter(const char *class_name, unsigned inputs, unsigned outputs)
{
    static const char *const in[] = {"in0", "in1", "in2", "in3"}, *const out[] = {"out0", "out1", "out2", "out3"};
    struct fs_test *t = fs_test_new();
    for (unsigned i = 0; i < inputs; i++) {
        fs_test_add(t, in[i], "TestSource");
    }
    for (unsigned i = 0; i < outputs; i++) {
        fs_test_add(t, out[i], "TestSink");
    }
    fs_test_add(t, "rw", class_name);
    for (unsigned i = 0; i < inputs; i++) {
        fs_test_connect(t, in[i], 0, "rw", i);
    }
    for (unsigned i = 0; i < outputs; i++) {
        fs_test_connect(t, "rw", i, out[i], 0);
    }
    return t;
}

#endif
