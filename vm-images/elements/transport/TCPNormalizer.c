/* TCPNormalizer: takes what is odd out of TCP headers. */
#include "net/marked_tcp.h"
#include "net/values.h"

enum unknown { KEEP, STRIP, REFUSE };

struct normalizer {
    struct fs_element base;
    enum unknown unknown;
    bool reserved, urgent, flags, syn_data;
    uint64_t known[4]; /* a bit for each option kind */
    uint64_t stripped, cleared, drops;
};

enum { UNKNOWN, KNOWN, RESERVED, URGENT, FLAGS, SYN_DATA };

static bool is_known(const struct normalizer *n, uint8_t kind) { return (n->known[kind / 64] >> kind % 64 & 1) != 0; }

/* Flags that no sender sets together (RFC 9293 3.10.7): each is there for to confuse somebody. */
static bool impossible(uint8_t flags)
{
    if ((flags & FS_TCP_SYN) != 0) {
        return (flags & (FS_TCP_FIN | FS_TCP_RST)) != 0;
    }
    if ((flags & FS_TCP_RST) != 0) {
        return (flags & FS_TCP_FIN) != 0;
    }
    return (flags & FS_TCP_ACK) == 0; /* all segments but the first, and some resets, have ACK */
}

enum finding { FINE, CHANGE, REFUSED };

/* What there is to do with the options; `change`: and does it, by NOPs in place of what goes. */
static enum finding options(struct normalizer *n, struct fs_tcp *tcp, bool change)
{
    uint8_t *header = (uint8_t *)tcp;
    const unsigned end = fs_tcp_header_length(tcp);
    struct fs_tcp_option o = {FS_TCP_SIZE, 0};
    enum finding found = FINE;
    int more;
    while ((more = fs_next_tcp_option(header, end, &o)) > 0) {
        if (is_known(n, header[o.at])) {
            continue;
        }
        if (n->unknown == REFUSE) {
            return REFUSED;
        }
        if (n->unknown == STRIP) {
            found = CHANGE;
            for (unsigned i = 0; change && i < o.length; i++) {
                fs_tcp_set8(tcp, header + o.at + i, FS_TCPOPT_NOP);
            }
            n->stripped += change;
        }
    }
    return more < 0 ? REFUSED : found;
}

static bool clear_bits(const struct normalizer *n, const struct fs_tcp *tcp)
{
    bool urgent = (tcp->flags & FS_TCP_URG) != 0;
    return (n->reserved && ((tcp->offset & 15) != 0 || (!urgent && fs_get16(tcp->urgent) != 0))) || (n->urgent && urgent);
}

static enum finding judge(struct normalizer *n, struct fs_tcp *tcp, size_t data)
{
    if ((n->flags && impossible(tcp->flags)) || (!n->syn_data && data != 0 && (tcp->flags & FS_TCP_SYN) != 0)) {
        return REFUSED;
    }
    enum finding found = options(n, tcp, false);
    return found == FINE && clear_bits(n, tcp) ? CHANGE : found;
}

static void normalize(struct normalizer *n, struct fs_tcp *tcp)
{
    options(n, tcp, true);
    if (!clear_bits(n, tcp)) {
        return;
    }
    n->cleared++;
    if (n->reserved) {
        fs_tcp_set8(tcp, &tcp->offset, tcp->offset & 0xf0);
    }
    if (n->urgent) {
        fs_tcp_set8(tcp, &tcp->flags, tcp->flags & (uint8_t)~FS_TCP_URG);
    }
    if ((tcp->flags & FS_TCP_URG) == 0) {
        fs_tcp_set8(tcp, tcp->urgent, 0);
        fs_tcp_set8(tcp, tcp->urgent + 1, 0);
    }
}

static void act(struct fs_element *e, struct fs_batch *batch)
{
    struct normalizer *n = (struct normalizer *)e;
    uint32_t kept = 0, count = batch->count;
    for (uint32_t i = 0; i < count; i++) {
        struct fs_packet *p = batch->packets[i];
        size_t data;
        struct fs_tcp *tcp = fs_marked_tcp(p, &data);
        enum finding found = tcp == NULL ? FINE : judge(n, tcp, data);
        if (found == REFUSED) {
            n->drops++;
            fs_reject(e, 1, p, FS_DROP_MALFORMED);
            continue;
        }
        if (found == CHANGE) {
            p = fs_writable(e, p);
            if (p == NULL) {
                continue;
            }
            normalize(n, fs_marked_tcp(p, &data));
        }
        batch->packets[kept++] = p;
    }
    batch->count = kept;
}

/* Numbers of option kinds, or names. */
static bool parse_kinds(const char *text, uint64_t known[4])
{
    static const struct {
        const char *word;
        uint8_t kind;
    } names[] = {{"mss", FS_TCPOPT_MSS}, {"wscale", FS_TCPOPT_WINDOW_SCALE}, {"sackok", FS_TCPOPT_SACK_PERMITTED},
                 {"sack", FS_TCPOPT_SACK}, {"timestamp", FS_TCPOPT_TIMESTAMP}, {"md5", 19}, {"ao", 29},
                 {"mptcp", FS_TCPOPT_MPTCP}, {"fastopen", FS_TCPOPT_FAST_OPEN}};
    size_t length = __builtin_strlen(text), n;
    const char *word;
    while (fs_parse_word(&text, &length, &word, &n)) {
        int64_t kind = -1;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (__builtin_strlen(names[i].word) == n && __builtin_memcmp(names[i].word, word, n) == 0) {
                kind = names[i].kind;
            }
        }
        if (kind < 0 && !fs_parse_integer(word, n, 2, 255, &kind)) {
            return false;
        }
        known[kind / 64] |= (uint64_t)1 << kind % 64;
    }
    return true;
}

static bool parse_unknown(const char *word, enum unknown *unknown)
{
    static const char *const words[] = {[KEEP] = "keep", [STRIP] = "strip", [REFUSE] = "drop"};
    size_t length = __builtin_strlen(word);
    for (unsigned i = 0; i < 3; i++) {
        if (__builtin_strlen(words[i]) == length && __builtin_memcmp(words[i], word, length) == 0) {
            *unknown = (enum unknown)i;
            return true;
        }
    }
    return false;
}

static int configure(struct fs_element *e, struct fs_text *error)
{
    struct normalizer *n = (struct normalizer *)e;
    if (!parse_unknown(fs_args_text(e->args, UNKNOWN, "strip"), &n->unknown)) {
        fs_text_string(error, "UNKNOWN: expected keep, strip or drop");
        return -1;
    }
    if (!parse_kinds(fs_args_text(e->args, KNOWN, "mss wscale sackok sack timestamp"), n->known)) {
        fs_text_string(error, "KNOWN: expected option kinds: numbers from 2 to 255, mss, wscale, sackok, sack, timestamp, "
                              "md5, ao, mptcp or fastopen");
        return -1;
    }
    n->reserved = fs_args_boolean(e->args, RESERVED, true);
    n->urgent = fs_args_boolean(e->args, URGENT, false);
    n->flags = fs_args_boolean(e->args, FLAGS, true);
    n->syn_data = fs_args_boolean(e->args, SYN_DATA, true);
    return 0;
}

static void take_state(struct fs_element *e, struct fs_element *old)
{
    struct normalizer *n = (struct normalizer *)e;
    const struct normalizer *o = (const struct normalizer *)old;
    n->stripped = o->stripped;
    n->cleared = o->cleared;
    n->drops = o->drops;
}

static void read_stripped(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct normalizer *)e)->stripped);
}
static void read_cleared(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct normalizer *)e)->cleared);
}
static void read_drops(struct fs_element *e, const char *parameters, struct fs_text *value)
{
    (void)parameters;
    fs_text_u64(value, ((struct normalizer *)e)->drops);
}

static const struct fs_arg args[] = {
    [UNKNOWN] = {"UNKNOWN", "word", FS_KEYWORD, 0, 0, "strip",
                 "What becomes of options that are not KNOWN: `keep`, `strip` (NOPs take their place) or `drop` (the\n"
                 "segment)."},
    [KNOWN] = {"KNOWN", "string", FS_KEYWORD, 0, 0, "mss wscale sackok sack timestamp",
               "Option kinds: numbers, or these names and `md5`, `ao`, `mptcp`, `fastopen`."},
    [RESERVED] = {"RESERVED", "boolean", FS_KEYWORD, 0, 0, "true",
                  "Whether to clear the four reserved bits, and an urgent pointer without URG."},
    [URGENT] = {"URGENT", "boolean", FS_KEYWORD, 0, 0, "false", "Whether to clear URG and the urgent pointer (RFC 6093)."},
    [FLAGS] = {"FLAGS", "boolean", FS_KEYWORD, 0, 0, "true",
               "Whether to refuse impossible flags: SYN or RST with FIN, SYN with RST, none of SYN, RST and ACK."},
    [SYN_DATA] = {"SYN_DATA", "boolean", FS_KEYWORD, 0, 0, "true", "Whether data in a SYN pass (RFC 7413)."},
};
static const struct fs_handler handlers[] = {
    {"stripped", read_stripped, NULL, 0, NULL, "Options stripped."},
    {"cleared", read_cleared, NULL, 0, NULL, "Segments in which bits or the urgent pointer were cleared."},
    {"drops", read_drops, NULL, 0, NULL, "Segments refused."},
};

FS_ELEMENT(TCPNormalizer) = {
    .name = "TCPNormalizer",
    .ports = "1/1-2",
    .processing = "a/ah",
    .flow = "x/x",
    .args = args,
    .arg_count = FS_COUNT(args),
    .handlers = handlers,
    .handler_count = FS_COUNT(handlers),
    .effects = "reads ip ip6 tcp; writes tcp.options tcp.flags tcp; drops",
    .summary = "normalizes TCP headers",
    .doc = "Looks at TCP segments whose IPv4 or IPv6 header is marked; all else passes, later fragments too. Checksums\n"
           "are updated, so a wrong one stays wrong. Segments that are refused, and those whose options do not parse,\n"
           "leave unchanged by output 1; where it is not connected they are dropped as `malformed`.\n\n"
           "    mark[0] -> CheckIPHeader(MARKED true) -> TCPNormalizer(UNKNOWN strip) -> ...\n",
    .size = sizeof(struct normalizer),
    .configure = configure,
    .take_state = take_state,
    .act = act,
};
