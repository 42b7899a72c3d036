/* header_options.c: options of IPv4 (RFC 791) and TCP (RFC 9293, 7323, 2018) as texts, as summary dumps write them. */
#include "net/bytes.h"
#include "net/ipsum.h"

enum { EOL = 0, NOP = 1, IP_RR = 7, IP_TS = 68, IP_LSRR = 131, IP_SSRR = 137 };
enum { TCP_MSS = 2, TCP_WSCALE, TCP_SACK_PERMITTED, TCP_SACK, TCP_TIMESTAMP = 8 };

/* ---- to texts ---- */

struct writer {
    struct fs_text *t;
    const char *parted;
};

static void begin(struct writer *w, const char *name)
{
    fs_text_string(w->t, w->parted);
    fs_text_string(w->t, name);
    w->parted = ";";
}

static void unknown(struct writer *w, const uint8_t *at, unsigned length)
{
    begin(w, "");
    fs_text_u64(w->t, at[0]);
    for (unsigned i = 2; i < length; i++) {
        fs_text_format(w->t, "%c%u", i == 2 ? '=' : ':', at[i]);
    }
}

/* One TCP option; false when it is malformed. Without its kind it is left out. */
static bool tcp_option(struct writer *w, const uint8_t *at, unsigned length, unsigned kinds)
{
    switch (at[0]) {
    case TCP_MSS:
        if (length == 4 && kinds & FS_OPTIONS_MSS) {
            begin(w, "mss");
            fs_text_u64(w->t, fs_get16(at + 2));
        }
        return length == 4;
    case TCP_WSCALE:
        if (length == 3 && kinds & FS_OPTIONS_WSCALE) {
            begin(w, "wscale");
            fs_text_u64(w->t, at[2]);
        }
        return length == 3;
    case TCP_SACK_PERMITTED:
        if (length == 2 && kinds & FS_OPTIONS_SACK) {
            begin(w, "sackok");
        }
        return length == 2;
    case TCP_SACK:
        for (unsigned i = 2; length % 8 == 2 && i < length && kinds & FS_OPTIONS_SACK; i += 8) {
            begin(w, "sack");
            fs_text_format(w->t, "%u-%u", fs_get32(at + i), fs_get32(at + i + 4));
        }
        return length % 8 == 2;
    case TCP_TIMESTAMP:
        if (length == 10 && kinds & FS_OPTIONS_TIMESTAMP) {
            begin(w, "ts");
            fs_text_format(w->t, "%u:%u", fs_get32(at + 2), fs_get32(at + 6));
        }
        return length == 10;
    default:
        if (kinds & FS_OPTIONS_UNKNOWN) {
            unknown(w, at, length);
        }
        return true;
    }
}

static void text_address(struct fs_text *t, const uint8_t *at) { fs_text_format(t, "%u.%u.%u.%u", at[0], at[1], at[2], at[3]); }

/* Addresses; `^` stands where the pointer is. */
static bool route_option(struct writer *w, const uint8_t *at, unsigned length)
{
    if (length < 3 || at[2] < 4) {
        return false;
    }
    unsigned pointer = at[2] - 1u, i = 3;
    const char *parted = "";
    bool record = at[0] == IP_RR;
    begin(w, record ? "rr" : at[0] == IP_LSRR ? "lsrr" : "ssrr");
    fs_text_char(w->t, '{');
    for (; i + 4 <= length && !(i == pointer && record); i += 4) {
        fs_text_string(w->t, i == pointer ? "^" : parted);
        text_address(w->t, at + i);
        parted = ",";
    }
    if (i == length && i == pointer && !record) {
        fs_text_char(w->t, '^');
    }
    fs_text_char(w->t, '}');
    if (i + 4 <= length && i == pointer && record) {
        fs_text_format(w->t, "+%u", (length - i) / 4);
    }
    return true;
}

static bool timestamp_option(struct writer *w, const uint8_t *at, unsigned length)
{
    if (length < 4 || at[2] < 5) {
        return false;
    }
    unsigned pointer = at[2] - 1u, flag = at[3] & 15u, size = flag >= 1 && flag <= 3 ? 8 : 4, i = 4;
    const char *parted = "";
    begin(w, "ts");
    if (flag == 1 || flag == 3) {
        fs_text_string(w->t, flag == 1 ? ".ip" : ".preip");
    } else if (flag != 0) {
        fs_text_format(w->t, ".%u", flag);
    }
    fs_text_char(w->t, '{');
    for (; i + size <= length && !(i == pointer && flag != 3); i += size, parted = ",") {
        uint32_t value = fs_get32(at + i + size - 4);
        fs_text_string(w->t, i == pointer ? "^" : parted);
        if (size == 8) {
            text_address(w->t, at + i);
        }
        if (flag != 3 || i < pointer) {
            fs_text_format(w->t, "%s%s%u", size == 8 ? "=" : "", value & 0x80000000u ? "!" : "", value & 0x7fffffffu);
        }
    }
    fs_text_string(w->t, i == length && i == pointer ? "^}" : "}");
    if (i + size <= length && i == pointer) {
        fs_text_format(w->t, "+%u", (length - i) / size);
    }
    if (at[3] & 0xf0) {
        fs_text_format(w->t, "++%u", at[3] >> 4u);
    }
    return true;
}

static bool ip_option(struct writer *w, const uint8_t *at, unsigned length, unsigned kinds)
{
    switch (at[0]) {
    case IP_RR: case IP_LSRR: case IP_SSRR:
        return !(kinds & FS_OPTIONS_ROUTE) || route_option(w, at, length);
    case IP_TS:
        return !(kinds & FS_OPTIONS_TIMESTAMP) || timestamp_option(w, at, length);
    default:
        if (kinds & FS_OPTIONS_UNKNOWN) {
            unknown(w, at, length);
        }
        return true;
    }
}

static void text_options(struct fs_text *t, const uint8_t *at, size_t length, unsigned kinds,
                         bool (*option)(struct writer *, const uint8_t *, unsigned, unsigned))
{
    struct writer w = {t, ""};
    size_t begun = t->length;
    for (size_t i = 0; i < length;) {
        if (at[i] == EOL || at[i] == NOP) {
            if (kinds & FS_OPTIONS_PADDING) {
                begin(&w, at[i] == EOL ? "eol" : "nop");
            }
            if (at[i++] == EOL) {
                break;
            }
            continue;
        }
        if (i + 1 >= length || at[i + 1] < 2 || i + at[i + 1] > length || !option(&w, at + i, at[i + 1], kinds)) {
            t->length = begun;
            fs_text_char(t, '?');
            return;
        }
        i += at[i + 1];
    }
    if (t->length == begun) {
        fs_text_char(t, '.');
    }
}

void fs_text_tcp_options(struct fs_text *t, const uint8_t *at, size_t length, unsigned kinds)
{
    text_options(t, at, length, kinds, tcp_option);
}

void fs_text_ip_options(struct fs_text *t, const uint8_t *at, size_t length, unsigned kinds)
{
    text_options(t, at, length, kinds, ip_option);
}

/* ---- from texts ---- */

struct reader {
    const char *at, *end;
    uint8_t *bytes; /* 40 + 255 of them, so that one option too many does no harm */
    unsigned length;
};
enum { ROOM = 40 + 255 };

static bool put(struct reader *r, uint32_t v, unsigned bytes)
{
    if (r->length + bytes > ROOM) {
        return false;
    }
    for (; bytes > 0; bytes--) {
        r->bytes[r->length++] = (uint8_t)(v >> (8 * (bytes - 1)));
    }
    return true;
}

static bool word(struct reader *r, const char *text)
{
    size_t n = __builtin_strlen(text);
    if ((size_t)(r->end - r->at) < n || __builtin_memcmp(r->at, text, n) != 0) {
        return false;
    }
    r->at += n;
    return true;
}

static bool at_digit(const struct reader *r) { return r->at < r->end && *r->at >= '0' && *r->at <= '9'; }

static bool number(struct reader *r, uint32_t most, uint32_t *v)
{
    uint64_t n = 0;
    if (!at_digit(r)) {
        return false;
    }
    while (at_digit(r) && n <= UINT32_MAX) {
        n = n * 10 + (uint64_t)(*r->at++ - '0');
    }
    *v = (uint32_t)n;
    return n <= most;
}

/* Digits, and the value into the option. */
static bool put_number(struct reader *r, uint32_t most, unsigned bytes)
{
    uint32_t v;
    return number(r, most, &v) && put(r, v, bytes);
}

static bool put_unknown(struct reader *r)
{
    unsigned begun = r->length + 1;
    if (!put_number(r, 255, 1)) {
        return false;
    }
    if (r->at + 1 < r->end && *r->at == '=' && r->at[1] >= '0' && r->at[1] <= '9') {
        bool more = put(r, 0, 1);
        while (more && (*r->at == '=' || *r->at == ':')) {
            r->at++;
            more = put_number(r, 255, 1) && r->at < r->end;
        }
        if (r->length - begun > 254) {
            return false;
        }
        r->bytes[begun] = (uint8_t)(r->length - begun + 1);
    }
    return true;
}

static bool put_sack(struct reader *r)
{
    unsigned begun = r->length;
    bool good = put(r, TCP_SACK, 1) && put(r, 0, 1);
    do {
        good = good && put_number(r, UINT32_MAX, 4) && (word(r, "-") || word(r, ":")) && put_number(r, UINT32_MAX, 4);
    } while (good && word(r, ",sack"));
    if (good) {
        r->bytes[begun + 1] = (uint8_t)(r->length - begun);
    }
    return good;
}

static bool put_tcp_option(struct reader *r, unsigned kinds)
{
    if (kinds & FS_OPTIONS_MSS && word(r, "mss")) {
        return put(r, TCP_MSS << 8 | 4, 2) && put_number(r, 65535, 2);
    }
    if (kinds & FS_OPTIONS_WSCALE && word(r, "wscale")) {
        return put(r, TCP_WSCALE << 8 | 3, 2) && put_number(r, 255, 1);
    }
    if (kinds & FS_OPTIONS_SACK && word(r, "sackok")) {
        return put(r, TCP_SACK_PERMITTED << 8 | 2, 2);
    }
    if (kinds & FS_OPTIONS_SACK && word(r, "sack")) {
        return put_sack(r);
    }
    if (kinds & FS_OPTIONS_TIMESTAMP && word(r, "ts")) { /* RFC 7323 appendix A: behind two NOPs when it is the first */
        return (r->length > 0 || put(r, NOP << 8 | NOP, 2)) && put(r, TCP_TIMESTAMP << 8 | 10, 2)
            && put_number(r, UINT32_MAX, 4) && word(r, ":") && put_number(r, UINT32_MAX, 4);
    }
    if (kinds & FS_OPTIONS_PADDING && word(r, "nop")) {
        return put(r, NOP, 1);
    }
    if (kinds & FS_OPTIONS_PADDING && word(r, "eol")) {
        return put(r, EOL, 1);
    }
    return kinds & FS_OPTIONS_UNKNOWN && put_unknown(r);
}

static bool put_address(struct reader *r)
{
    return put_number(r, 255, 1) && word(r, ".") && put_number(r, 255, 1) && word(r, ".") && put_number(r, 255, 1)
        && word(r, ".") && put_number(r, 255, 1);
}

static bool put_zeros(struct reader *r, uint32_t n)
{
    for (; n > 0; n--) {
        if (!put(r, 0, 1)) {
            return false;
        }
    }
    return true;
}

static bool put_route(struct reader *r, unsigned code)
{
    unsigned begun = r->length, pointer = 0;
    uint32_t more = 0;
    bool good = put(r, code << 16, 3);
    while (good) {
        if (pointer == 0 && word(r, "^")) {
            pointer = r->length - begun + 1;
        }
        if (!at_digit(r)) {
            break;
        }
        good = put_address(r);
        word(r, ",");
    }
    good = good && word(r, "}");
    pointer = pointer != 0 ? pointer : r->length - begun + 1;
    if (good && word(r, "+")) {
        good = number(r, 63, &more) && put_zeros(r, more * 4);
    }
    if (good) {
        r->bytes[begun + 1] = (uint8_t)(r->length - begun);
        r->bytes[begun + 2] = (uint8_t)pointer;
    }
    return good && r->length - begun <= 255;
}

/* `ts{...}`: plain times, or addresses with times, which decide the flag when the text does not say it. */
static bool put_timestamps(struct reader *r)
{
    unsigned begun = r->length, pointer = 0;
    uint32_t flag = 16, more = 0, overflow = 0; /* 16: not known yet */
    bool good = put(r, (uint32_t)IP_TS << 24, 4);
    if (word(r, ".ip{")) {
        flag = 1;
    } else if (word(r, ".preip{")) {
        flag = 3;
    } else if (word(r, ".")) {
        good = good && number(r, 15, &flag) && word(r, "{");
    } else {
        good = good && word(r, "{");
    }
    while (good) {
        if (pointer == 0 && word(r, "^")) {
            pointer = r->length - begun + 1;
        }
        if (!at_digit(r) && !(r->at < r->end && *r->at == '!')) {
            break;
        }
        const char *p = r->at;
        while (p < r->end && *p >= '0' && *p <= '9') {
            p++;
        }
        bool addressed = p < r->end && *p == '.';
        flag = flag != 16 ? flag : addressed ? 1 : 0;
        if (addressed) {
            good = put_address(r);
            flag = pointer != 0 && flag == 1 ? 3 : flag;
        }
        if (good && addressed && !word(r, "=")) {
            good = pointer != 0 && put(r, 0, 4);
        } else if (good && !(addressed && word(r, "?") && put(r, 0, 4))) {
            uint32_t top = word(r, "!") ? 0x80000000u : 0, v = 0;
            good = number(r, UINT32_MAX, &v) && put(r, v | top, 4);
        }
        word(r, ",");
    }
    good = good && word(r, "}");
    flag = flag == 16 ? 0 : flag;
    pointer = pointer != 0 ? pointer : r->length - begun + 1;
    if (good && r->at + 1 < r->end && *r->at == '+' && r->at[1] != '+' && word(r, "+")) {
        good = number(r, 63, &more) && put_zeros(r, more * (flag == 1 || flag == 3 ? 8 : 4));
    }
    if (good && word(r, "++")) {
        good = number(r, 15, &overflow);
    }
    if (good && r->length - begun <= 255) {
        r->bytes[begun + 1] = (uint8_t)(r->length - begun);
        r->bytes[begun + 2] = (uint8_t)pointer;
        r->bytes[begun + 3] = (uint8_t)(overflow << 4 | flag);
        return true;
    }
    return false;
}

static bool put_ip_option(struct reader *r, unsigned kinds)
{
    (void)kinds;
    if (word(r, "rr{")) {
        return put_route(r, IP_RR);
    }
    if (word(r, "lsrr{") || word(r, "ssrr{")) {
        return put_route(r, r->at[-5] == 'l' ? IP_LSRR : IP_SSRR);
    }
    if (word(r, "ts")) {
        return put_timestamps(r);
    }
    if (word(r, "nop")) {
        return put(r, NOP, 1);
    }
    if (word(r, "eol")) {
        return put(r, EOL, 1);
    }
    return put_unknown(r);
}

static int parse_options(struct fs_span text, unsigned kinds, uint8_t options[40],
                         bool (*option)(struct reader *, unsigned))
{
    uint8_t bytes[ROOM];
    struct reader r = {text.at, text.at + text.length, bytes, 0};
    while (r.at < r.end) {
        if (!option(&r, kinds) || (r.at < r.end && !word(&r, ",") && !word(&r, ";"))) {
            return -1;
        }
    }
    unsigned skip = 0; /* too many for the header: padding in front may go */
    while (r.length - skip > 40 && bytes[skip] == NOP) {
        skip++;
    }
    if (r.length - skip > 40) {
        return -1;
    }
    __builtin_memcpy(options, bytes + skip, r.length - skip);
    return (int)(r.length - skip);
}

int fs_parse_tcp_options(struct fs_span text, unsigned kinds, uint8_t options[40])
{
    return parse_options(text, kinds, options, put_tcp_option);
}

int fs_parse_ip_options(struct fs_span text, uint8_t options[40])
{
    return parse_options(text, FS_OPTIONS_ALL, options, put_ip_option);
}
