/* IPEncap: puts an IP header in front. */
#include "net/encap.h"
#include "net/protocols.h"
#include "net/values.h"

struct encap {
    struct fs_element base;
    struct fs_encap front;
};

enum { PROTO, SRC, DST, TTL, DSCP, ECT, CE, ECN, TOS, DF };

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct encap *c = (struct encap *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = fs_encap_put(e, &c->front, batch->packets[i], 0);
        if (p != NULL) {
            batch->packets[kept++] = p;
        }
    }
    batch->count = kept;
}

static bool is(const char *word, const char *what)
{
    size_t n = __builtin_strlen(what);
    return __builtin_strlen(word) == n && __builtin_memcmp(word, what, n) == 0;
}

/* The ECN bits that ECT, CE and ECN ask for (RFC 3168): ECT(1) is 01, ECT(0) is 10. */
static int parse_ecn(const struct fs_args *a, uint8_t *ecn, struct fs_text *error)
{
    const char *ect = fs_args_text(a, ECT, "false"), *word = fs_args_text(a, ECN, "");
    bool on;
    if (is(ect, "2")) {
        *ecn = 2;
    } else if (fs_parse_boolean(ect, __builtin_strlen(ect), &on)) {
        *ecn = on;
    } else {
        fs_text_string(error, "ECT: expected true, false or 2");
        return -1;
    }
    if (fs_args_boolean(a, CE, false)) {
        *ecn = 3;
    }
    if (*word != '\0') {
        int64_t number;
        if (is(word, "no")) {
            number = 0;
        } else if (is(word, "ect1")) {
            number = 1;
        } else if (is(word, "ect2")) {
            number = 2;
        } else if (is(word, "ce")) {
            number = 3;
        } else if (!fs_parse_integer(word, __builtin_strlen(word), 0, 3, &number)) {
            fs_text_string(error, "ECN: expected 0 to 3, no, ect1, ect2 or ce");
            return -1;
        }
        *ecn = (uint8_t)number;
    }
    return 0;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct encap *c = (struct encap *)e;
    uint8_t protocol, ecn;
    if (!fs_parse_protocol(fs_args_text(e->args, PROTO, ""), &protocol)) {
        fs_text_string(error, "PROTO: expected an IP protocol: a number up to 255, or a name such as ipip, gre or udp");
        return -1;
    }
    if (parse_ecn(e->args, &ecn, error) != 0) {
        return -1;
    }
    if (fs_args_given(e->args, TOS)
        && (fs_args_given(e->args, DSCP) || fs_args_given(e->args, ECT) || fs_args_given(e->args, CE)
            || fs_args_given(e->args, ECN))) {
        fs_text_string(error, "TOS cannot be given with DSCP, ECT, CE or ECN");
        return -1;
    }
    fs_encap_init(&c->front, protocol, fs_args_bytes(e->args, SRC).at, fs_args_bytes(e->args, DST).at);
    c->front.header.ttl = (uint8_t)fs_args_integer(e->args, TTL, 250);
    c->front.header.tos = (uint8_t)fs_args_integer(e->args, TOS, fs_args_integer(e->args, DSCP, 0) << 2 | ecn);
    fs_put16(c->front.header.fragment, fs_args_boolean(e->args, DF, false) ? FS_IP_DONT_FRAGMENT : 0);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    ((struct encap *)e)->front.id = ((struct encap *)old)->front.id;
}

static void read_source(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct encap *)e)->front.header.source);
}
static void read_destination(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_ip(value, ((struct encap *)e)->front.header.destination);
}
static int write_source(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("src", value, length, ((struct encap *)e)->front.header.source, error);
}
static int write_destination(struct fs_element *e, const char *value, size_t length, struct fs_text *error)
{
    return fs_write_ip("dst", value, length, ((struct encap *)e)->front.header.destination, error);
}

static const struct fs_arg args[] = {
    [PROTO] = {"PROTO", "word", FS_POSITIONAL, 0, 0, NULL, "The IP protocol: a number, or a name such as `ipip`."},
    [SRC] = {"SRC", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The source address."},
    [DST] = {"DST", "ip-address", FS_POSITIONAL, 0, 0, NULL, "The destination address."},
    [TTL] = {"TTL", "integer", FS_KEYWORD, 0, 255, "250", "The time to live."},
    [DSCP] = {"DSCP", "integer", FS_KEYWORD, 0, 63, "0", "The differentiated services code point."},
    [ECT] = {"ECT", "word", FS_KEYWORD, 0, 0, "false", "true: ECT(1); 2: ECT(0) (RFC 3168)."},
    [CE] = {"CE", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to say Congestion Experienced."},
    [ECN] = {"ECN", "word", FS_KEYWORD, 0, 0, "no", "The ECN field: 0 to 3, `no`, `ect1`, `ect2` or `ce`."},
    [TOS] = {"TOS", "integer", FS_KEYWORD, 0, 255, "0", "The whole byte; not with DSCP, ECT, CE, ECN."},
    [DF] = {"DF", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to set Don't Fragment."},
};
static const struct fs_handler handlers[] = {
    {"src", read_source, write_source, FS_HANDLER_CALM, NULL, "The SRC argument."},
    {"dst", read_destination, write_destination, FS_HANDLER_CALM, NULL, "The DST argument."},
};

FS_ELEMENT(IPEncap) = {
    .name = "IPEncap",
    .ports = "1/1",
    .processing = "a/a",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "writes ip length annotation.DST_IP; drops",
    .summary = "puts a static IP header in front of packets",
    .doc = "Identification counts up from 0. The destination annotation becomes DST. Packets without 20 bytes of\n"
           "headroom are dropped as `no-room`. StripIPHeader at the other end takes the header off.\n\n"
           "    ... -> IPEncap(ipip, 192.0.2.1, 198.51.100.1) -> EtherEncap(...) -> ToDevice(0);\n",
    .size = sizeof(struct encap),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
